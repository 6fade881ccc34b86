/**
 * Container logs in the CRI format: Docker's stream copied into the file the kubelet reads. One
 * virtual thread owns each container's file; others only ask it to reopen. For {@code
 * dev.wherry.runtime} only.
 */
@NullMarked
package dev.wherry.runtime.logs;

import org.jspecify.annotations.NullMarked;
