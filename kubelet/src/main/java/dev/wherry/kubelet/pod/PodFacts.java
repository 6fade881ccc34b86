package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.probe.ProbeKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a worker knows beside the spec and the runtime; an immutable picture for one decision.
 *
 * @param ending why the pod must end although its containers may not; null while it should run
 * @param grace how long containers get when ending
 * @param retryAt by container name, the earliest next start
 * @param sandboxRetryAt the earliest next sandbox
 * @param stopping by container id, the end of the grace period of a stop under way
 * @param started ids of containers that are past their startup probe and postStart hook
 * @param unhealthy by container id, the probe that failed for good
 * @param hashes by container name, the hash of its definition
 * @param resized names of containers that must start anew to get their new size
 */
public record PodFacts(
    @Nullable EndReason ending,
    Duration grace,
    Map<String, Instant> retryAt,
    Instant sandboxRetryAt,
    Map<String, Instant> stopping,
    Set<String> started,
    Map<String, ProbeKind> unhealthy,
    Map<String, String> hashes,
    Set<String> resized) {

  public PodFacts {
    retryAt = Map.copyOf(retryAt);
    stopping = Map.copyOf(stopping);
    started = Set.copyOf(started);
    unhealthy = Map.copyOf(unhealthy);
    hashes = Map.copyOf(hashes);
    resized = Set.copyOf(resized);
  }

  /** Why a pod ends from outside. */
  public enum EndReason {
    /** The API object is being deleted or is gone. */
    DELETED,
    /** This node does not take it. */
    REJECTED,
    /** It was active longer than it may. */
    DEADLINE,
    /** The node needs what it has, or it took more than it may. */
    EVICTED,
    /** The machine ends; the next start of the node runs it again. */
    SHUTDOWN,
    /** The API already shows it as over. */
    TERMINAL
  }
}
