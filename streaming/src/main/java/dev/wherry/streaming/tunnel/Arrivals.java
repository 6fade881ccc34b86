package dev.wherry.streaming.tunnel;

import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Dials that wait for their node's tunnel: a node just started, or one whose server just did, is
 * called Ready before its connection is open, and nobody should have to try again for that.
 */
final class Arrivals {
  /** The longest wait for a tunnel; a node that is away for longer is away. */
  static final Duration WAIT_MAX = Duration.ofSeconds(5);

  /** Dials that wait at a time; one more is told at once that the node is not connected. */
  private static final int WAITING_MAX = 1_000;

  private record Waiting(String nodeName, CompletableFuture<Channel> tunnel) {}

  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

  /** The node's next tunnel; completes exceptionally when none comes in time. */
  CompletableFuture<Channel> next(String nodeName, Duration timeout) {
    CompletableFuture<Channel> tunnel = new CompletableFuture<>();
    if (waiting.size() >= WAITING_MAX) {
      tunnel.completeExceptionally(new DialException("too many wait for a node"));
      return tunnel;
    }
    Waiting entry = new Waiting(nodeName, tunnel);
    waiting.add(entry);
    long millis = Math.min(timeout.toMillis(), WAIT_MAX.toMillis());
    return tunnel
        .orTimeout(millis, TimeUnit.MILLISECONDS)
        .whenComplete((channel, failure) -> waiting.remove(entry));
  }

  /** Tells those who wait for the node. */
  void arrived(String nodeName, Channel tunnel) {
    for (Waiting entry : waiting) {
      if (entry.nodeName.equals(nodeName)) {
        entry.tunnel.complete(tunnel);
      }
    }
  }
}
