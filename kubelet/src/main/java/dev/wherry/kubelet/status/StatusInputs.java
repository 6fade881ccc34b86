package dev.wherry.kubelet.status;

import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.pod.PodView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All that a status is made from.
 *
 * @param ended whether nothing of the pod runs any more and nothing will
 * @param ending whether the pod is on its way out, so that missing containers are not coming
 * @param failure how it failed by no fault of its containers; empty while it did not
 * @param waiting by container name, why it does not run
 * @param started ids of running containers past startup probe and hook
 * @param ready ids of running containers whose readiness holds
 * @param sizes what its containers were given
 * @param runtimeName scheme of container ids
 * @param hostIps the node's addresses, at most one per family
 */
public record StatusInputs(
    PodView pod,
    PodObservation observed,
    boolean ended,
    boolean ending,
    Optional<Failure> failure,
    Map<String, Waiting> waiting,
    Set<String> started,
    Set<String> ready,
    PodSizes sizes,
    String runtimeName,
    List<String> hostIps,
    Instant startTime,
    Instant now) {

  /**
   * Why a pod failed as a whole.
   *
   * @param disruption whether the node is the cause, which a condition says besides
   */
  public record Failure(String reason, String message, boolean disruption) {
    public static Failure of(String reason, String message) {
      return new Failure(reason, message, false);
    }
  }

  /** A reason and its text. */
  public record Waiting(String reason, String message) {}
}
