package dev.wherry.cli;

import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.machinery.time.SystemTimer;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** A worker alone: a clock, and what {@link LocalNode} starts. */
public final class AgentRole implements AutoCloseable {
  private final Deque<AutoCloseable> parts;

  private AgentRole(Deque<AutoCloseable> parts) {
    this.parts = parts;
  }

  /** Starts everything, or nothing. Returns when the kubelet runs; the node gets ready after. */
  static AgentRole start(WorkerOptions options, Optional<JoinToken> token)
      throws IOException, InterruptedException {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      SystemTimer timer = new SystemTimer();
      parts.push(timer);
      parts.push(QuietHeap.start(timer));
      RuntimeAhead ahead = RuntimeAhead.begin(options, timer);
      parts.push(ahead);
      LocalNode.start(parts, options, ahead, token, Optional.empty(), timer, new SecureRandom());
      return new AgentRole(parts);
    } catch (RuntimeException | IOException | InterruptedException e) {
      ServerRole.stop(parts);
      throw e;
    }
  }

  @Override
  public synchronized void close() {
    ServerRole.stop(parts);
  }
}
