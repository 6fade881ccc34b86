package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.ServiceAccountTokenProjection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Service account tokens, asked for again when four fifths of their life are over or a day has
 * passed (rule: kubelet's token manager). Owned by one pod's worker.
 */
final class TokenSource {
  private static final long DEFAULT_LIFE_SECONDS = 3_600;
  private static final Duration AGE_MAX = Duration.ofHours(24);
  private static final int LIFE_PERCENT = 80;

  private final PodApi api;
  private final InstantSource clock;
  private final Map<Key, Held> held = new HashMap<>();

  private record Key(String audience, long lifeSeconds) {}

  private record Held(PodApi.Token token, Instant asked) {}

  TokenSource(PodApi api, InstantSource clock) {
    this.api = api;
    this.clock = clock;
  }

  String token(Pod pod, ServiceAccountTokenProjection projection) {
    Long wanted = projection.expirationSeconds();
    Key key = new Key(projection.audience(), wanted == null ? DEFAULT_LIFE_SECONDS : wanted);
    Instant now = clock.instant();
    Held known = held.get(key);
    if (known == null || stale(known, now)) {
      known = new Held(api.token(pod, key.audience(), key.lifeSeconds()), now);
      held.put(key, known);
    }
    return known.token().token();
  }

  /** When the first of the tokens should be asked for again; the end of time without any. */
  Instant staleAt() {
    return held.values().stream()
        .map(TokenSource::staleAt)
        .min(Instant::compareTo)
        .orElse(Instant.MAX);
  }

  private static boolean stale(Held token, Instant now) {
    return !now.isBefore(staleAt(token));
  }

  private static Instant staleAt(Held token) {
    Instant oldest = token.asked().plus(AGE_MAX);
    if (token.token().expires().isAfter(oldest.plus(AGE_MAX))) {
      return oldest;
    }
    Duration life = Duration.between(token.asked(), token.token().expires());
    Instant spent = token.asked().plus(life.multipliedBy(LIFE_PERCENT).dividedBy(100));
    return spent.isBefore(oldest) ? spent : oldest;
  }
}
