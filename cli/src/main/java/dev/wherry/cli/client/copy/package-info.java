/**
 * Files to and from containers, by tar over a remote command. One command's thread, one more for
 * the archive; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.copy;

import org.jspecify.annotations.NullMarked;
