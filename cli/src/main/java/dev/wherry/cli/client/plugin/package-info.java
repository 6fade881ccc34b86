/**
 * Programs on the PATH that are verbs of their own. One command's thread; imported by {@code
 * ClientCommands} and {@code Wherry}.
 */
@NullMarked
package dev.wherry.cli.client.plugin;

import org.jspecify.annotations.NullMarked;
