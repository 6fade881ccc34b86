package dev.wherry.kubelet.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * One record of a CRI log file: {@code RFC3339Nano stdout|stderr P|F text} (rule: CRI, kubelet log
 * format).
 *
 * @param timestamp the time text exactly as the runtime wrote it
 * @param stream who wrote it
 * @param partial whether the text goes on in the next record of the same stream
 * @param text the content, its end of line included unless partial
 */
record LogLine(String timestamp, LogStream stream, boolean partial, byte[] text) {
  private static final byte SPACE = ' ';

  /** Reads one physical line (with its end of line, if it has one); empty when it is not CRI's. */
  static Optional<LogLine> parse(byte[] line) {
    int timeEnd = indexOf(line, SPACE, 0);
    int streamEnd = timeEnd < 0 ? -1 : indexOf(line, SPACE, timeEnd + 1);
    int tagEnd = streamEnd < 0 ? -1 : indexOf(line, SPACE, streamEnd + 1);
    if (tagEnd < 0) {
      return Optional.empty();
    }
    String streamName = ascii(line, timeEnd + 1, streamEnd);
    Optional<LogStream> stream = LogStream.named(streamName);
    if (stream.isEmpty()) {
      return Optional.empty();
    }
    boolean partial = ascii(line, streamEnd + 1, tagEnd).startsWith("P");
    int textEnd = line.length;
    if (partial && textEnd > tagEnd + 1 && line[textEnd - 1] == '\n') {
      textEnd--;
    }
    byte[] text = java.util.Arrays.copyOfRange(line, tagEnd + 1, textEnd);
    return Optional.of(new LogLine(ascii(line, 0, timeEnd), stream.get(), partial, text));
  }

  /** Whether the record is older than the given time; a time that cannot be read is not. */
  boolean before(Instant since) {
    try {
      return java.time.OffsetDateTime.parse(timestamp).toInstant().isBefore(since);
    } catch (DateTimeParseException _) {
      return false;
    }
  }

  private static int indexOf(byte[] bytes, byte wanted, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static String ascii(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }
}
