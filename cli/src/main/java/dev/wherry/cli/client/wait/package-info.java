/** Waiting for what objects become. One command's thread; imported by {@code ClientCommands}. */
@NullMarked
package dev.wherry.cli.client.wait;

import org.jspecify.annotations.NullMarked;
