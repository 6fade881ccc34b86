/**
 * Container runtimes behind the CRI socket: the Docker shim, an external containerd, and what both
 * need. This package is the door: {@code cli} starts runtimes through it; nobody else imports the
 * module. Mutable state belongs to the runtime daemons; what is kept here has its owner named in
 * the class that keeps it.
 */
@NullMarked
package dev.wherry.runtime;

import org.jspecify.annotations.NullMarked;
