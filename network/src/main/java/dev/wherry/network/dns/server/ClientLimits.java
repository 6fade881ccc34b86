package dev.wherry.network.dns.server;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts what each client takes. On its loop. */
final class ClientLimits {
  private final ServerLimits limits;
  private final InstantSource clock;
  private final Map<InetAddress, Bucket> buckets;
  private final Map<InetAddress, Integer> connections = new HashMap<>();
  private int open;

  private static final class Bucket {
    private double tokens;
    private long atMillis;

    Bucket(double tokens, long atMillis) {
      this.tokens = tokens;
      this.atMillis = atMillis;
    }
  }

  ClientLimits(ServerLimits limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
    this.buckets =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<InetAddress, Bucket> eldest) {
            return size() > limits.clientsMax();
          }
        };
  }

  /** Whether one more question is answered. */
  boolean admits(InetAddress client) {
    long now = clock.millis();
    Bucket bucket = buckets.computeIfAbsent(client, _ -> new Bucket(limits.clientBurst(), now));
    double gained = Math.max(0, now - bucket.atMillis) * limits.clientQueriesPerSecond() / 1000.0;
    bucket.tokens = Math.min(limits.clientBurst(), bucket.tokens + gained);
    bucket.atMillis = now;
    if (bucket.tokens < 1) {
      return false;
    }
    bucket.tokens--;
    return true;
  }

  /** Whether one more connection is taken; if so it counts until {@link #disconnected}. */
  boolean connects(InetAddress client) {
    int own = connections.getOrDefault(client, 0);
    if (open >= limits.connectionsMax() || own >= limits.clientConnectionsMax()) {
      return false;
    }
    open++;
    connections.put(client, own + 1);
    return true;
  }

  void disconnected(InetAddress client) {
    open--;
    connections.computeIfPresent(client, (_, own) -> own > 1 ? own - 1 : null);
  }
}
