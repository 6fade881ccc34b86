package dev.wherry.runtime.docker;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Docker writes RFC 3339 with year 1 for "never"; CRI counts nanoseconds with 0 for it. */
final class DockerTimes {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private DockerTimes() {}

  static long nanos(@Nullable String rfc3339) {
    if (rfc3339 == null || rfc3339.isEmpty()) {
      return 0;
    }
    try {
      Instant time = Instant.parse(rfc3339);
      return time.getEpochSecond() <= 0 ? 0 : nanos(time);
    } catch (DateTimeParseException e) {
      return 0;
    }
  }

  static long nanos(Instant time) {
    return time.getEpochSecond() * NANOS_PER_SECOND + time.getNano();
  }
}
