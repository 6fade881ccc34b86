/**
 * What an apply would change, shown by a program that compares folders. One command's thread;
 * imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.diff;

import org.jspecify.annotations.NullMarked;
