package dev.wherry.apiserver.authz.chain;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** What a webhook said, for a while; the answer that was not asked for longest goes first. */
final class AnswerCache {
  /** As upstream's. */
  private static final int ANSWERS_MAX = 8_192;

  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Held> held = new InOrderOfUse();

  private record Held(JsonNode status, Instant until) {}

  private static final class InOrderOfUse extends LinkedHashMap<String, Held> {
    private static final long serialVersionUID = 1L;

    InOrderOfUse() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
      return size() > ANSWERS_MAX;
    }
  }

  AnswerCache(InstantSource clock) {
    this.clock = clock;
  }

  Optional<JsonNode> get(String question) {
    lock.lock();
    try {
      Held answer = held.get(question);
      return answer != null && clock.instant().isBefore(answer.until())
          ? Optional.of(answer.status())
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  void put(String question, JsonNode status, Duration time) {
    if (!time.isPositive()) {
      return;
    }
    lock.lock();
    try {
      held.put(question, new Held(status, clock.instant().plus(time)));
    } finally {
      lock.unlock();
    }
  }
}
