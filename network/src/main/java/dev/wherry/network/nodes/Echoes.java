package dev.wherry.network.nodes;

import dev.wherry.machinery.loop.Threads;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Bytes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/**
 * Asks the nodes beyond the tunnel, through the tunnel, whether packets arrive both ways: by an
 * ICMP echo to the other end's address in it, which the other kernel answers, its agent running or
 * not. A platform thread does so, and only while there are such nodes.
 */
final class Echoes implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Echoes.class.getName());

  /** Between two questions to the same node. */
  static final Duration ROUND = Duration.ofSeconds(2);

  private static final Duration ANSWER_MAX = Duration.ofMillis(500);

  private final Timer timer;
  private final Duration round;
  private final Runnable turned;
  private final Semaphore begun = new Semaphore(0);
  private final Thread thread;
  private volatile Map<String, Bytes> asked = Map.of();
  private volatile Map<String, Echo> echoes = Map.of();

  /**
   * @param round between two questions to the same node
   * @param prologue enters the network namespace; runs first on the thread
   * @param turned told, on the thread, when a node fell silent or is heard again
   */
  Echoes(Timer timer, Duration round, Runnable prologue, Runnable turned) {
    this.timer = timer;
    this.round = round;
    this.turned = turned;
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("pod-network-echo")
            .unstarted(() -> {
              prologue.run();
              run();
            });
  }

  /**
   * Who is asked from now on.
   *
   * @param nodes their ends' addresses in the tunnel, by name
   * @param silent which of those that were not asked before are taken for silent
   */
  synchronized void ask(Map<String, Bytes> nodes, Set<String> silent) {
    Map<String, Echo> next = new HashMap<>();
    for (String name : nodes.keySet()) {
      Echo first = silent.contains(name) ? Echo.SILENT : Echo.HEARD;
      next.put(name, echoes.getOrDefault(name, first));
    }
    echoes = Map.copyOf(next);
    asked = Map.copyOf(nodes);
    if (!nodes.isEmpty() && thread.getState() == Thread.State.NEW) {
      thread.start();
    }
    begun.release();
  }

  /** Which of the asked nodes do not answer. */
  Set<String> silent() {
    return echoes.entrySet().stream()
        .filter(each -> each.getValue().silent())
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  private void run() {
    try {
      while (true) {
        while (asked.isEmpty()) {
          begun.acquire();
        }
        round();
        begun.drainPermits();
        timer.pause(round);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "nodes are not asked any more");
    }
  }

  private void round() throws InterruptedException {
    Set<String> before = silent();
    for (Map.Entry<String, Bytes> each : List.copyOf(asked.entrySet())) {
      boolean answered = answers(each.getValue());
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      note(each.getKey(), answered);
    }
    if (!silent().equals(before)) {
      turned.run();
    }
  }

  private synchronized void note(String name, boolean answered) {
    Map<String, Echo> next = new HashMap<>(echoes);
    next.computeIfPresent(name, (_, echo) -> echo.after(answered));
    echoes = Map.copyOf(next);
  }

  private static boolean answers(Bytes address) {
    try {
      return InetAddress.getByAddress(address.toArray())
          .isReachable(Math.toIntExact(ANSWER_MAX.toMillis()));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    Threads.end(thread);
  }
}
