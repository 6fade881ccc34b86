package dev.wherry.runtime.builtin.shim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a supervised process ended.
 *
 * @param exitCode 128 and the signal's number when it was killed
 * @param outOfMemory whether the kernel killed in its cgroup for want of memory
 * @param finishedNanos since the epoch
 * @param reason one word, as pods show it
 * @param message a sentence, or empty
 */
public record Ended(
    int exitCode, boolean outOfMemory, long finishedNanos, String reason, String message) {
  /** What containerd answers for a container that could not be started. */
  private static final int START_FAILED_CODE = 128;

  /** What runtimes answer when nobody saw the end. */
  private static final int UNKNOWN_CODE = 255;

  static Ended of(int exitCode, boolean outOfMemory, long finishedNanos) {
    String reason = outOfMemory ? "OOMKilled" : exitCode == 0 ? "Completed" : "Error";
    return new Ended(exitCode, outOfMemory, finishedNanos, reason, "");
  }

  /** It never ran. */
  static Ended notStarted(long nowNanos, String why) {
    return new Ended(START_FAILED_CODE, false, nowNanos, "StartError", why);
  }

  /** It runs no more, and nobody knows how it ended. */
  static Ended unseen(long nowNanos, String why) {
    return new Ended(UNKNOWN_CODE, false, nowNanos, "Error", why);
  }

  /** From an EXIT frame. */
  static Ended parse(ByteBuffer payload) {
    ByteBuffer from = payload.duplicate();
    return of(from.getInt(), from.get() != 0, from.getLong());
  }

  /** From a file that a supervisor or {@link #write} made; empty when there is none. */
  static Optional<Ended> read(Path file) throws IOException {
    Optional<Map<String, String>> values = KeyValueFile.read(file);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    try {
      Map<String, String> map = values.get();
      Ended ended =
          of(
              Integer.parseInt(map.getOrDefault("code", "")),
              map.getOrDefault("oom", "0").equals("1"),
              Long.parseLong(map.getOrDefault("finished", "")));
      return Optional.of(
          new Ended(
              ended.exitCode,
              ended.outOfMemory,
              ended.finishedNanos,
              map.getOrDefault("reason", ended.reason),
              map.getOrDefault("message", "")));
    } catch (NumberFormatException e) {
      return Optional.of(unseen(0, "what was stored of its end is damaged"));
    }
  }

  void write(Path file) throws IOException {
    var values = new LinkedHashMap<String, String>();
    values.put("code", Integer.toString(exitCode));
    values.put("oom", outOfMemory ? "1" : "0");
    values.put("finished", Long.toString(finishedNanos));
    values.put("reason", reason);
    values.put("message", message);
    KeyValueFile.write(file, values);
  }
}
