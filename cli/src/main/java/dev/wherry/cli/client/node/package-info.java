/**
 * Nodes before and after maintenance: closed, emptied, opened. One command's thread, one virtual
 * thread for each pod that is evicted; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.node;

import org.jspecify.annotations.NullMarked;
