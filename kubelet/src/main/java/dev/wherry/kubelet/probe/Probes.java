package dev.wherry.kubelet.probe;

import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Probe;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One pod's probes. Owned by the pod's worker: the loops' verdicts arrive through its inbox, and
 * liveness and readiness begin only once a container has started (rule: startup probes).
 */
public final class Probes {
  /** What the pod's worker hears, on its own thread. */
  public interface Listener {
    void unhealthy(ProbeTarget target, ProbeKind kind);

    void told(ProbeTarget target, ProbeKind kind, ProbeResult result);
  }

  private final ProbeCheck check;
  private final Timer clock;
  private final RandomGenerator random;
  private final Consumer<Runnable> inbox;
  private final Listener listener;
  private final Map<Key, Thread> running = new HashMap<>();
  private final Set<String> started = new HashSet<>();
  private final Set<String> ready = new HashSet<>();
  private final Set<String> remembered = new HashSet<>();

  /** Any probe's thread counts, any thread reads; as many rows as the pod has probes. */
  private final Map<Row, LongAdder> counts = new ConcurrentHashMap<>();

  private boolean ending;

  private record Key(String containerId, ProbeKind kind) {}

  private record Row(String container, ProbeKind kind, boolean successful) {}

  public Probes(
      ProbeCheck check,
      Timer clock,
      RandomGenerator random,
      Consumer<Runnable> inbox,
      Listener listener) {
    this.check = check;
    this.clock = clock;
    this.random = random;
    this.inbox = inbox;
    this.listener = listener;
  }

  /** Takes over what was known of a running container before this kubelet started. */
  public void remember(String containerId, boolean wasStarted, boolean wasReady) {
    remembered.add(containerId);
    if (wasStarted) {
      started.add(containerId);
    }
    if (wasReady) {
      ready.add(containerId);
    }
  }

  /** The pod ends: whether it can still be reached is asked, whether it lives is not. */
  public void quiet() {
    ending = true;
    end(key -> key.kind() != ProbeKind.READINESS);
  }

  /** Begins the probes a running container needs and has not got. */
  public void watch(ProbeTarget target) {
    Container container = target.container();
    String id = target.containerId();
    Probe startup = container.startupProbe();
    if (startup == null) {
      started.add(id);
    } else if (!started.contains(id)) {
      begin(target, ProbeKind.STARTUP, startup);
      return;
    }
    Probe readiness = container.readinessProbe();
    if (readiness == null) {
      ready.add(id);
    } else {
      begin(target, ProbeKind.READINESS, readiness);
    }
    Probe liveness = container.livenessProbe();
    if (liveness != null) {
      begin(target, ProbeKind.LIVENESS, liveness);
    }
  }

  /** Ends the probes of every container that does not run any more. */
  public void keepOnly(Set<String> runningIds) {
    end(key -> !runningIds.contains(key.containerId()));
    started.retainAll(runningIds);
    ready.retainAll(runningIds);
    remembered.retainAll(runningIds);
  }

  private void end(Predicate<Key> which) {
    running
        .entrySet()
        .removeIf(entry -> {
          boolean over = which.test(entry.getKey());
          if (over) {
            entry.getValue().interrupt();
          }
          return over;
        });
  }

  public boolean started(String containerId) {
    return started.contains(containerId);
  }

  /** Containers whose readiness holds. */
  public Set<String> ready() {
    return Set.copyOf(ready);
  }

  private void begin(ProbeTarget target, ProbeKind kind, @Nullable Probe probe) {
    Key key = new Key(target.containerId(), kind);
    if (probe == null || running.containsKey(key) || (ending && kind != ProbeKind.READINESS)) {
      return;
    }
    ProbeLoop.Listener results =
        new ProbeLoop.Listener() {
          @Override
          public void verdict(boolean healthy) {
            inbox.accept(() -> Probes.this.verdict(target, kind, healthy));
          }

          @Override
          public void told(ProbeResult result) {
            inbox.accept(() -> listener.told(target, kind, result));
          }
        };
    running.put(
        key,
        Thread.ofVirtual()
            .name("probe-" + kind.title() + "-" + target.container().name())
            .start(
                new ProbeLoop(
                    probe,
                    target.startedAt(),
                    remembered.contains(target.containerId()),
                    () -> counted(target, kind, check.run(probe, target)),
                    clock,
                    random,
                    results)));
  }

  private ProbeResult counted(ProbeTarget target, ProbeKind kind, ProbeResult result) {
    Row row = new Row(target.container().name(), kind, result.isSuccess());
    counts.computeIfAbsent(row, _ -> new LongAdder()).increment();
    return result;
  }

  /** How often each probe has found what; any thread. */
  public List<ProbeCount> counts() {
    return counts.entrySet().stream()
        .map(e ->
            new ProbeCount(
                e.getKey().container(),
                e.getKey().kind(),
                e.getKey().successful(),
                e.getValue().sum()))
        .sorted(
            Comparator.comparing(ProbeCount::container)
                .thenComparing(ProbeCount::kind)
                .thenComparing(ProbeCount::successful))
        .toList();
  }

  private void verdict(ProbeTarget target, ProbeKind kind, boolean healthy) {
    String id = target.containerId();
    Thread loop = running.get(new Key(id, kind));
    if (loop == null) {
      return;
    }
    switch (kind) {
      case STARTUP -> {
        if (healthy) {
          started.add(id);
          loop.interrupt();
          running.remove(new Key(id, kind));
        } else {
          listener.unhealthy(target, kind);
        }
      }
      case READINESS -> {
        if (healthy) {
          ready.add(id);
        } else {
          ready.remove(id);
        }
      }
      case LIVENESS -> {
        if (!healthy) {
          listener.unhealthy(target, kind);
        }
      }
    }
  }
}
