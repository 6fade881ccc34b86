package dev.wherry.model.pod;

/** A pod's {@code status.phase} (rule: the API's PodPhase). */
public final class PodPhases {
  private PodPhases() {}

  /** Whether the containers of such a pod have ended for good; "" is no phase yet. */
  public static boolean isFinished(String phase) {
    return phase.equals("Succeeded") || phase.equals("Failed");
  }
}
