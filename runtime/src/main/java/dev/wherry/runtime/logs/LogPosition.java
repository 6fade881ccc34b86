package dev.wherry.runtime.logs;

/**
 * How far a log has been copied: everything before the timestamp, and {@code count} entries at it.
 * Timestamps are Docker's text (RFC 3339 in UTC with nine decimals), which sorts as time does.
 */
record LogPosition(String timestamp, int count) {
  static final LogPosition START = new LogPosition("", 0);

  LogPosition after(String entryTimestamp) {
    return entryTimestamp.equals(timestamp)
        ? new LogPosition(timestamp, count + 1)
        : new LogPosition(entryTimestamp, 1);
  }

  /** The further one of two positions in the same log. */
  LogPosition max(LogPosition other) {
    int order = timestamp.compareTo(other.timestamp);
    if (order == 0) {
      return count >= other.count ? this : other;
    }
    return order > 0 ? this : other;
  }
}
