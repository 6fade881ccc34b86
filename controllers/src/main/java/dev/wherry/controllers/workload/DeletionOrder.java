package dev.wherry.controllers.workload;

import dev.wherry.model.core.v1.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pods go first when there are too many (controller_utils ActivePodsWithRanks): unbound ones,
 * then pending, unready, cheaper by their annotation, those that share a node with the most
 * siblings, ready for a shorter time, restarted more often, younger. Times count by their
 * magnitude, so that not always the newest zone loses; equal pods go by uid.
 */
public final class DeletionOrder {
  static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  private DeletionOrder() {}

  /**
   * @param siblings active pods that do the same work, on whose nodes fewer should stay
   * @return the pods in the order in which they are to go
   */
  public static List<Pod> of(List<Pod> pods, List<Pod> siblings, Instant now) {
    Map<String, Integer> perNode = new HashMap<>();
    for (Pod pod : siblings) {
      if (PodFacts.isActive(pod)) {
        perNode.merge(pod.spec().nodeName(), 1, Integer::sum);
      }
    }
    List<Pod> sorted = new ArrayList<>(pods);
    sorted.sort(
        Comparator.comparing((Pod pod) -> !pod.spec().nodeName().isEmpty())
            .thenComparing(DeletionOrder::phaseRank)
            .thenComparing(PodFacts::isReady)
            .thenComparing(DeletionOrder::cost)
            .thenComparing(
                pod -> perNode.getOrDefault(pod.spec().nodeName(), 0), Comparator.reverseOrder())
            .thenComparing(pod -> magnitude(PodFacts.readySince(pod), now))
            .thenComparing(PodFacts::restarts, Comparator.reverseOrder())
            .thenComparing(pod -> magnitude(Optional.of(PodFacts.created(pod)), now))
            .thenComparing(pod -> pod.metadata().uid()));
    return sorted;
  }

  private static int phaseRank(Pod pod) {
    return switch (pod.status().phase()) {
      case "Running" -> 2;
      case "Unknown" -> 1;
      default -> 0;
    };
  }

  /** What losing the pod costs; a text that is no 32-bit number counts as none. */
  private static int cost(Pod pod) {
    String text = pod.metadata().annotations().getOrDefault(COST, "0");
    try {
      boolean plain = !text.startsWith("+") && (text.equals("0") || !text.matches("-?0.*"));
      return plain ? Integer.parseInt(text) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The logarithm of an age: -2 for none, -1 for the future. */
  private static int magnitude(Optional<Instant> since, Instant now) {
    if (since.isEmpty()) {
      return -2;
    }
    Duration age = Duration.between(since.get(), now);
    if (!age.isPositive()) {
      return -1;
    }
    return 30 + 63 - Long.numberOfLeadingZeros(Math.max(1, age.toSeconds()));
  }
}
