package dev.wherry.kubelet.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Filters and prints log records by the options, up to the byte limit. */
final class LogWriter {
  private final OutputStream out;
  private final LogOptions options;
  private final Map<LogStream, Boolean> openLine = new EnumMap<>(LogStream.class);
  private long bytesLeft;

  LogWriter(OutputStream out, LogOptions options) {
    this.out = out;
    this.options = options;
    this.bytesLeft = options.limitBytes() < 0 ? Long.MAX_VALUE : options.limitBytes();
  }

  /**
   * Prints one physical line; false when the limit is reached. A line that is not CRI's is left
   * out.
   */
  boolean write(byte[] physical) throws IOException {
    Optional<LogLine> parsed = LogLine.parse(physical);
    if (parsed.isEmpty()) {
      return bytesLeft > 0;
    }
    LogLine line = parsed.get();
    if ((options.stream() != null && options.stream() != line.stream())
        || (options.since() != null && line.before(options.since()))) {
      return bytesLeft > 0;
    }
    boolean continued = openLine.getOrDefault(line.stream(), false);
    openLine.put(line.stream(), line.partial());
    if (options.timestamps() && !continued) {
      emit((line.timestamp() + " ").getBytes(StandardCharsets.US_ASCII));
    }
    emit(line.text());
    return bytesLeft > 0;
  }

  private void emit(byte[] bytes) throws IOException {
    int length = (int) Math.min(bytes.length, bytesLeft);
    out.write(bytes, 0, length);
    bytesLeft -= length;
  }
}
