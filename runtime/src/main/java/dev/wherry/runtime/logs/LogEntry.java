package dev.wherry.runtime.logs;

import java.nio.ByteBuffer;

/**
 * One entry of Docker's log.
 *
 * @param timestamp Docker's text
 * @param stdout false for stderr
 * @param partial true when the line goes on in the next entry
 * @param content without the line's end
 */
record LogEntry(String timestamp, boolean stdout, boolean partial, ByteBuffer content) {}
