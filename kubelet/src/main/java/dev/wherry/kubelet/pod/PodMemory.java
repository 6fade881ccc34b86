package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.image.PullTime;
import dev.wherry.kubelet.launch.ContainerHash;
import dev.wherry.kubelet.pod.PodFacts.EndReason;
import dev.wherry.kubelet.probe.ProbeKind;
import dev.wherry.kubelet.status.StatusInputs;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a worker remembers between decisions. Owned by the worker's thread alone. */
final class PodMemory {
  private static final String SANDBOX = "sandbox";

  /** Containers get this long at least. */
  private static final Duration GRACE_MIN = Duration.ofSeconds(1);

  final BackOffs restarts = new BackOffs();
  final BackOffs sandboxes = new BackOffs();
  final Map<String, Waiting> waiting = new HashMap<>();
  final Map<String, Instant> retryAt = new HashMap<>();
  final Map<String, Instant> stopping = new HashMap<>();
  final Map<String, ProbeKind> unhealthy = new HashMap<>();
  final Set<String> started = new HashSet<>();
  final Set<String> hooksRunning = new HashSet<>();
  final PullTime pulling = new PullTime();
  Instant sandboxRetryAt = Instant.EPOCH;
  boolean objectGone;
  boolean deadlineExceeded;
  @Nullable Rejection rejection;
  @Nullable PodEviction eviction;

  /** How long containers get, once the machine ends. */
  @Nullable Duration shutdown;

  @Nullable Instant startTime;

  /** Why a container is not running, as its status shows it. */
  record Waiting(String reason, String message) {}

  void sandboxFailed(Instant now) {
    sandboxes.tried(SANDBOX, now);
    sandboxRetryAt = sandboxes.until(SANDBOX, now);
  }

  void sandboxRuns() {
    sandboxes.reset(SANDBOX);
    sandboxRetryAt = Instant.EPOCH;
  }

  /** The picture for one decision. */
  PodFacts facts(PodView pod, PodObservation observed, Set<String> resized, Instant now) {
    deadlineExceeded |=
        !pod.terminal() && pod.activeDeadline().filter(at -> !at.isAfter(now)).isPresent();
    Map<String, Instant> earliest = new HashMap<>(retryAt);
    Map<String, String> hashes = new HashMap<>();
    for (PodView.Named named : pod.all()) {
      hashes.put(named.name(), ContainerHash.of(named.container()));
      observed
          .container(named.name())
          .filter(ContainerSnapshot::exited)
          .map(last -> restarts.until(named.name(), last.finishedAt()))
          .ifPresent(at -> earliest.merge(named.name(), at, (a, b) -> a.isAfter(b) ? a : b));
    }
    return new PodFacts(
        ending(pod),
        grace(pod),
        earliest,
        sandboxRetryAt,
        stopping,
        started,
        unhealthy,
        hashes,
        resized);
  }

  private @Nullable EndReason ending(PodView pod) {
    if (objectGone || pod.deleted()) {
      return EndReason.DELETED;
    }
    if (pod.terminal()) {
      return EndReason.TERMINAL;
    }
    if (rejection != null) {
      return EndReason.REJECTED;
    }
    if (eviction != null) {
      return EndReason.EVICTED;
    }
    if (deadlineExceeded) {
      return EndReason.DEADLINE;
    }
    return shutdown == null ? null : EndReason.SHUTDOWN;
  }

  /** How the pod failed by no fault of its containers; empty while it did not. */
  Optional<StatusInputs.Failure> failure(PodView pod) {
    if (pod.terminal()) {
      return Optional.empty();
    }
    if (rejection != null) {
      return Optional.of(
          StatusInputs.Failure.of(rejection.reason(), "Pod was rejected: " + rejection.message()));
    }
    if (eviction != null) {
      return Optional.of(
          new StatusInputs.Failure(eviction.reason(), eviction.message(), eviction.disruption()));
    }
    return deadlineExceeded
        ? Optional.of(
            StatusInputs.Failure.of(
                "DeadlineExceeded",
                "Pod was active on the node longer than the specified deadline"))
        : Optional.empty();
  }

  private Duration grace(PodView pod) {
    Duration wanted = objectGone && !pod.deleted() ? GRACE_MIN : pod.grace();
    if (eviction != null && eviction.grace().compareTo(wanted) < 0) {
      wanted = eviction.grace();
    }
    if (shutdown != null && shutdown.compareTo(wanted) < 0) {
      wanted = shutdown;
    }
    return wanted.compareTo(GRACE_MIN) < 0 ? GRACE_MIN : wanted;
  }

  /** Forgets what is about containers that are gone. */
  void keepOnly(PodObservation observed) {
    Set<String> ids = new HashSet<>();
    Set<String> alive = new HashSet<>();
    observed
        .containers()
        .forEach(c -> {
          ids.add(c.id());
          if (!c.exited()) {
            alive.add(c.id());
          }
        });
    stopping.keySet().retainAll(alive);
    unhealthy.keySet().retainAll(alive);
    started.retainAll(ids);
  }
}
