/**
 * Who may do what, who one is, and certificates on request. One command's thread; imported by
 * {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.access;

import org.jspecify.annotations.NullMarked;
