/**
 * Editing objects in the user's editor, again and again until the server takes them. One command's
 * thread; imported by {@code ClientCommands} and by create.
 */
@NullMarked
package dev.wherry.cli.client.edit;

import org.jspecify.annotations.NullMarked;
