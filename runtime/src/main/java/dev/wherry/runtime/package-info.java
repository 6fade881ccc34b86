/** Container runtimes behind the CRI socket. */
@NullMarked
package dev.wherry.runtime;

import org.jspecify.annotations.NullMarked;
