package dev.wherry.network.dns.forward;

import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Answers of other servers, absences among them, for as long as they may be kept. Bounded by number
 * and bytes; those that nobody asked for longest go first. On the forwarder's loop.
 */
final class AnswerCache {
  /** As CoreDNS keeps them: an hour, absences half of one. */
  static final int ANSWER_SECONDS_MAX = 3600;

  static final int DENIAL_SECONDS_MAX = 1800;

  /** A failure is kept too, or a name whose server is broken is asked for again and again. */
  static final int FAILURE_SECONDS = 5;

  /** What an entry takes beside the message, about. */
  private static final int ENTRY_BYTES = 320;

  private final int entriesMax;
  private final long bytesMax;
  private final InstantSource clock;
  private final Map<Question, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  private record Entry(Forwarded answer, long storedMillis, long endMillis, int bytes) {}

  AnswerCache(int entriesMax, long bytesMax, InstantSource clock) {
    this.entriesMax = entriesMax;
    this.bytesMax = bytesMax;
    this.clock = clock;
  }

  /** What is known, with its age. */
  Optional<Forwarded> get(Question question) {
    Entry entry = entries.get(question);
    if (entry == null) {
      return Optional.empty();
    }
    long now = clock.millis();
    if (now >= entry.endMillis() || now < entry.storedMillis()) {
      remove(question);
      return Optional.empty();
    }
    int age = (int) ((now - entry.storedMillis()) / 1000);
    return Optional.of(
        switch (entry.answer()) {
          case Forwarded.Answered(var message, _) -> new Forwarded.Answered(message, age);
          case Forwarded.Failed failed -> failed;
        });
  }

  /** Keeps an answer for as long as it says. */
  void put(Question question, UpstreamMessage message) {
    int most = message.isDenial() ? DENIAL_SECONDS_MAX : ANSWER_SECONDS_MAX;
    keep(
        question,
        new Forwarded.Answered(message, 0),
        Math.min(most, message.lifetimeSeconds()),
        message.sizeBytes());
  }

  void putFailure(Question question, Forwarded failure) {
    keep(question, failure, FAILURE_SECONDS, 0);
  }

  private void keep(Question question, Forwarded answer, int seconds, int messageBytes) {
    if (seconds <= 0) {
      return;
    }
    remove(question);
    int size = messageBytes + question.name().length() + ENTRY_BYTES;
    long now = clock.millis();
    entries.put(question, new Entry(answer, now, now + seconds * 1000L, size));
    bytes += size;
    Iterator<Entry> oldest = entries.values().iterator();
    while (entries.size() > entriesMax || bytes > bytesMax) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  private void remove(Question question) {
    Entry gone = entries.remove(question);
    if (gone != null) {
      bytes -= gone.bytes();
    }
  }

  int size() {
    return entries.size();
  }
}
