package dev.wherry.kubelet.status;

import dev.wherry.model.core.v1.ResourceRequirements;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pod's containers were given (rule: KEP-1287).
 *
 * @param allocated by container name, what the node has set aside for it
 * @param actual by container name, what its running container got
 * @param resizing the conditions of a resize under way; empty when there is none
 */
public record PodSizes(
    Map<String, ResourceRequirements> allocated,
    Map<String, ResourceRequirements> actual,
    List<Resizing> resizing) {
  /** Nothing is known: the spec counts. */
  public static final PodSizes NONE = new PodSizes(Map.of(), Map.of(), List.of());

  /** The conditions that a resize can have; both are there or not, and never false. */
  public static final String PENDING = "PodResizePending";

  /** The other one. */
  public static final String IN_PROGRESS = "PodResizeInProgress";

  public PodSizes {
    allocated = Map.copyOf(allocated);
    actual = Map.copyOf(actual);
    resizing = List.copyOf(resizing);
  }

  /**
   * One condition.
   *
   * @param generation of the spec that asked for it
   */
  public record Resizing(String type, String reason, String message, @Nullable Long generation) {}
}
