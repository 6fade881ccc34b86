package dev.wherry.apiserver.metrics;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The last window of each node, renewed when somebody asks and it has grown old. A node that nobody
 * asked about for long is read twice, a moment apart, so that even the first answer has rates.
 */
public final class NodeWindows {
  private static final System.Logger LOG = System.getLogger(NodeWindows.class.getName());

  /** How old a window may be, and how long a node that did not answer is left alone. */
  static final Duration FRESH = Duration.ofSeconds(10);

  /** Over more than this a rate is no present rate. */
  static final Duration WINDOW_MAX = Duration.ofSeconds(90);

  /** Between the two readings of a node that was not read lately; kubelets count every second. */
  static final Duration FIRST_WINDOW = Duration.ofMillis(2_500);

  /** Kubelets that are read at a time. */
  private static final int READINGS_MAX = 64;

  private final Kubelets kubelets;
  private final Supplier<Set<String>> connected;
  private final InstantSource clock;
  private final Pause pause;
  private final Semaphore readings = new Semaphore(READINGS_MAX);
  private final ConcurrentHashMap<String, Node> nodes = new ConcurrentHashMap<>();

  /** Asks kubelets. */
  @FunctionalInterface
  public interface Kubelets {
    /**
     * The page {@code /metrics/resource} of a node's kubelet; blocking.
     *
     * @throws IOException when it does not answer in time, or refuses
     */
    String page(String nodeName) throws IOException;
  }

  /** Lets time pass. */
  @FunctionalInterface
  public interface Pause {
    void take(Duration time) throws InterruptedException;
  }

  /** What is known of one node; read and written under its lock. */
  private static final class Node {
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Reading> last = Optional.empty();
    private Optional<NodeWindow> window = Optional.empty();
    private Instant failedAt = Instant.MIN;
  }

  /**
   * @param connected nodes that have a tunnel now; others are not asked
   */
  public NodeWindows(
      Kubelets kubelets, Supplier<Set<String>> connected, InstantSource clock, Pause pause) {
    this.kubelets = kubelets;
    this.connected = connected;
    this.clock = clock;
    this.pause = pause;
  }

  /** The windows of these nodes, as far as their kubelets answer; blocking. */
  Map<String, NodeWindow> of(Collection<String> names) {
    return of(names, FRESH);
  }

  /** The same, for something that was not there yet when the window was made. */
  Map<String, NodeWindow> newer(Collection<String> names) {
    return of(names, FIRST_WINDOW);
  }

  private Map<String, NodeWindow> of(Collection<String> names, Duration age) {
    Map<String, NodeWindow> windows = new HashMap<>();
    List<String> old = new ArrayList<>();
    Instant now = clock.instant();
    for (String name : names) {
      Node node = nodes.computeIfAbsent(name, _ -> new Node());
      Optional<NodeWindow> fresh = fresh(node, now, age);
      fresh.ifPresent(window -> windows.put(name, window));
      if (fresh.isEmpty()) {
        old.add(name);
      }
    }
    renew(old, age).forEach((name, window) -> window.ifPresent(known -> windows.put(name, known)));
    return windows;
  }

  /** Forgets nodes that are gone. */
  void keepOnly(Set<String> names) {
    nodes.keySet().retainAll(names);
  }

  private static Optional<NodeWindow> fresh(Node node, Instant now, Duration age) {
    node.lock.lock();
    try {
      return node.window.filter(window -> window.after().at().plus(age).isAfter(now));
    } finally {
      node.lock.unlock();
    }
  }

  private Map<String, Optional<NodeWindow>> renew(List<String> all, Duration age) {
    Map<String, Optional<NodeWindow>> renewed = new HashMap<>();
    if (all.isEmpty()) {
      return renewed;
    }
    Set<String> reachable = connected.get();
    List<String> names = all.stream().filter(reachable::contains).toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Optional<NodeWindow>>> calls = new ArrayList<>();
      names.forEach(name -> calls.add(() -> renew(name, age)));
      List<Future<Optional<NodeWindow>>> done = threads.invokeAll(calls);
      for (int i = 0; i < names.size(); i++) {
        if (done.get(i).state() == Future.State.SUCCESS) {
          renewed.put(names.get(i), done.get(i).resultNow());
        } else {
          LOG.log(
              Level.ERROR, "node=" + names.get(i) + " has no figures", done.get(i).exceptionNow());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return renewed;
  }

  /** Whoever comes while the node is read waits, and finds what was read. */
  private Optional<NodeWindow> renew(String name, Duration age) throws InterruptedException {
    Node node = nodes.computeIfAbsent(name, _ -> new Node());
    node.lock.lock();
    try {
      Instant now = clock.instant();
      boolean current = fresh(node, now, age).isPresent();
      if (current || node.failedAt.isAfter(now.minus(FRESH))) {
        return current ? node.window : Optional.empty();
      }
      node.window = Optional.of(read(name, node));
      return node.window;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "node={0} tells no figures: {1}", name, e.getMessage());
      node.failedAt = clock.instant();
      node.window = Optional.empty();
      return Optional.empty();
    } finally {
      node.lock.unlock();
    }
  }

  private NodeWindow read(String name, Node node) throws IOException, InterruptedException {
    Reading newest = read(name);
    Optional<Reading> before =
        node.last.filter(last -> last.at().plus(WINDOW_MAX).isAfter(newest.at()));
    node.last = Optional.of(newest);
    if (before.isPresent()) {
      return new NodeWindow(before.get(), newest);
    }
    pause.take(FIRST_WINDOW);
    Reading second = read(name);
    node.last = Optional.of(second);
    return new NodeWindow(newest, second);
  }

  private Reading read(String name) throws IOException, InterruptedException {
    readings.acquire();
    try {
      return ReadingParser.parse(kubelets.page(name), clock.instant());
    } finally {
      readings.release();
    }
  }
}
