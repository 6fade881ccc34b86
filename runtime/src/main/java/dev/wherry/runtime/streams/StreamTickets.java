package dev.wherry.runtime.streams;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Requests that may be taken up once, by whoever knows their random token, within a minute. */
final class StreamTickets {
  private static final Duration VALID = Duration.ofMinutes(1);
  private static final int WAITING_MAX = 1000;
  private static final int TOKEN_BYTES = 16;

  private record Ticket(Object request, Instant until) {}

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Ticket> waiting = new LinkedHashMap<>();

  StreamTickets(InstantSource clock) {
    this.clock = clock;
  }

  /** Remembers a CRI request; returns its token. Of too many the oldest goes. */
  synchronized String issue(Object request) {
    Instant now = clock.instant();
    waiting.values().removeIf(ticket -> ticket.until().isBefore(now));
    if (waiting.size() >= WAITING_MAX) {
      waiting.remove(waiting.keySet().iterator().next());
    }
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = HexFormat.of().formatHex(bytes);
    waiting.put(token, new Ticket(request, now.plus(VALID)));
    return token;
  }

  synchronized Optional<Object> take(String token) {
    return Optional.ofNullable(waiting.remove(token))
        .filter(ticket -> !ticket.until().isBefore(clock.instant()))
        .map(Ticket::request);
  }
}
