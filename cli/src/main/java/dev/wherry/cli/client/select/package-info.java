/**
 * Which objects a command means: by arguments, selectors and manifests. Called by the command's
 * thread; imported by the client packages.
 */
@NullMarked
package dev.wherry.cli.client.select;

import org.jspecify.annotations.NullMarked;
