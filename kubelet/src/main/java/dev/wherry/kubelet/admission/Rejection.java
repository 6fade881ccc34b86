package dev.wherry.kubelet.admission;

/**
 * Why a pod may not run here, or may not grow.
 *
 * @param reason one word, as the pod's status and its event show it
 * @param message the same for people
 */
public record Rejection(String reason, String message) {
  /** A resize that this node can never give. */
  public static final String INFEASIBLE = "Infeasible";

  /** A resize that waits for others to leave. */
  public static final String DEFERRED = "Deferred";
}
