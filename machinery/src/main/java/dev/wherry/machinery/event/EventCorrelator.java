package dev.wherry.machinery.event;

import dev.wherry.model.core.v1.ObjectReference;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what becomes of a report (client-go EventCorrelator): a repeated one counts up the event
 * written before; more than ten differing messages of one reason within ten minutes are combined;
 * more than 25 for one object, then one in five minutes, are dropped. Owned by the recorder's
 * thread.
 */
final class EventCorrelator {
  static final int DIFFERING_MESSAGES_MAX = 10;
  static final Duration AGGREGATION = Duration.ofMinutes(10);
  static final int BURST_EVENTS = 25;
  static final Duration REFILL = Duration.ofMinutes(5);

  /** Entries of each memory; the least recently used go. */
  static final int ENTRIES_MAX = 4_096;

  private static final String COMBINED = "(combined from similar events): ";

  /** A report as it came. */
  record Report(
      ObjectReference regarding, EventType type, String reason, String message, Instant at) {}

  /** What to write. */
  sealed interface Verdict {
    record Dropped() implements Verdict {}

    record Create(String message) implements Verdict {}

    /**
     * @param name of the event written before
     * @param count how often it happened, this one included
     */
    record CountUp(String name, String message, int count) implements Verdict {}
  }

  private record GroupKey(ObjectReference regarding, EventType type, String reason) {}

  private record EventKey(GroupKey group, String message) {}

  private static final class Group {
    final Set<String> messages = new HashSet<>();
    Instant last = Instant.EPOCH;
  }

  private static final class Bucket {
    double tokens = BURST_EVENTS;
    Instant filled;

    Bucket(Instant now) {
      filled = now;
    }
  }

  private record Written(String name, int count) {}

  private final Map<ObjectReference, Bucket> buckets = new RecentMap<>();
  private final Map<GroupKey, Group> groups = new RecentMap<>();
  private final Map<EventKey, Written> written = new RecentMap<>();

  Verdict judge(Report report) {
    ObjectReference object = identity(report.regarding());
    if (!allowed(object, report.at())) {
      return new Verdict.Dropped();
    }
    GroupKey groupKey = new GroupKey(object, report.type(), report.reason());
    boolean combined = combines(groupKey, report);
    String message = combined ? COMBINED + report.message() : report.message();
    Written before = written.get(new EventKey(groupKey, combined ? "" : message));
    return before == null
        ? new Verdict.Create(message)
        : new Verdict.CountUp(before.name(), message, before.count() + 1);
  }

  /** Remembers what the server stored, so that the next of its like counts it up. */
  void wrote(Report report, String message, String name, int count) {
    GroupKey group = new GroupKey(identity(report.regarding()), report.type(), report.reason());
    String key = message.startsWith(COMBINED) ? "" : message;
    written.put(new EventKey(group, key), new Written(name, count));
  }

  private boolean allowed(ObjectReference object, Instant now) {
    Bucket bucket = buckets.computeIfAbsent(object, o -> new Bucket(now));
    double refilled = Duration.between(bucket.filled, now).toMillis() / (double) REFILL.toMillis();
    bucket.tokens = Math.min(BURST_EVENTS, bucket.tokens + Math.max(0, refilled));
    bucket.filled = now;
    if (bucket.tokens < 1) {
      return false;
    }
    bucket.tokens -= 1;
    return true;
  }

  private boolean combines(GroupKey key, Report report) {
    Group group = groups.computeIfAbsent(key, k -> new Group());
    if (Duration.between(group.last, report.at()).compareTo(AGGREGATION) > 0) {
      group.messages.clear();
    }
    group.last = report.at();
    if (group.messages.size() < DIFFERING_MESSAGES_MAX) {
      group.messages.add(report.message());
    }
    return group.messages.size() >= DIFFERING_MESSAGES_MAX;
  }

  /** The revision of the object plays no part in what is alike. */
  private static ObjectReference identity(ObjectReference reference) {
    return reference.toBuilder().resourceVersion("").build();
  }

  /** Whether the last event of its like is known; for tests. */
  Optional<String> nameOf(Report report) {
    GroupKey key = new GroupKey(identity(report.regarding()), report.type(), report.reason());
    return Optional.ofNullable(written.get(new EventKey(key, report.message()))).map(Written::name);
  }

  private static final class RecentMap<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    RecentMap() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > ENTRIES_MAX;
    }
  }
}
