/**
 * Local ports that lead to pods, and to the server itself. One virtual thread for each listener and
 * for each direction of a connection; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.forward;

import org.jspecify.annotations.NullMarked;
