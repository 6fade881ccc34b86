package dev.wherry.kubelet.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What to show of a log (rule: core/v1 PodLogOptions).
 *
 * @param follow go on until the container ends
 * @param tailLines only so many lines from the end; negative for all
 * @param since only records at or after this time; null for all
 * @param limitBytes end after so many bytes; negative for no limit
 * @param timestamps put each line's time before it
 * @param stream only this stream; null for both
 */
public record LogOptions(
    boolean follow,
    long tailLines,
    @Nullable Instant since,
    long limitBytes,
    boolean timestamps,
    @Nullable LogStream stream) {

  /** Everything there is, once. */
  public static final LogOptions ALL = new LogOptions(false, -1, null, -1, false, null);

  /** The last lines within a byte limit, for termination messages. */
  public static LogOptions tail(long lines, long limitBytes) {
    return new LogOptions(false, lines, null, limitBytes, false, null);
  }
}
