/**
 * Verbs at a running container's streams: attach, run, debug. One command's thread reads, one more
 * pumps the standard input; imported by {@code ClientCommands}.
 */
@NullMarked
package dev.wherry.cli.client.attach;

import org.jspecify.annotations.NullMarked;
