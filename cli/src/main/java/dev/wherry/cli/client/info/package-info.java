/**
 * What the server and this program tell of themselves: addresses, versions, events, completion,
 * plugins. One command's thread; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.info;

import org.jspecify.annotations.NullMarked;
