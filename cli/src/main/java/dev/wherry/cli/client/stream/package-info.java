/**
 * Streams to and from containers: remote commands over WebSocket, the terminal, logs. One thread
 * reads the standard input, the WebSocket's own thread writes the output; imported by exec and
 * logs.
 */
@NullMarked
package dev.wherry.cli.client.stream;

import org.jspecify.annotations.NullMarked;
