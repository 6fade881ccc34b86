package dev.wherry.kubelet.probe;

/**
 * What one look found, with the text for the event (rule: {@code pkg/probe} and the prober of
 * v1.36's kubelet).
 */
public record ProbeResult(Outcome outcome, String text) {
  private static final ProbeResult HEALTHY = new ProbeResult(Outcome.SUCCESS, "");

  /** How a look ended. */
  public enum Outcome {
    SUCCESS,
    /** Counts as success and is told of. */
    WARNING,
    FAILURE,
    /** The answer was cut short: it is asked again, then counts as failure. */
    BROKEN,
    /** Nobody could be asked: it is tried again, then counts as failure. */
    UNKNOWN
  }

  static ProbeResult success() {
    return HEALTHY;
  }

  static ProbeResult failure(String text) {
    return new ProbeResult(Outcome.FAILURE, text);
  }

  static ProbeResult warning(String text) {
    return new ProbeResult(Outcome.WARNING, text);
  }

  static ProbeResult broken(String text) {
    return new ProbeResult(Outcome.BROKEN, text);
  }

  static ProbeResult unknown(String text) {
    return new ProbeResult(Outcome.UNKNOWN, text);
  }

  /** Whether the container passes for healthy. */
  public boolean isSuccess() {
    return outcome == Outcome.SUCCESS || outcome == Outcome.WARNING;
  }

  /** Whether the look itself went wrong, so that another may do better. */
  boolean isWorthAnother() {
    return outcome == Outcome.BROKEN || outcome == Outcome.UNKNOWN;
  }

  /** The reason of its event; nothing is told of a plain success. */
  public String reason() {
    return outcome == Outcome.WARNING ? "ProbeWarning" : "Unhealthy";
  }

  /** The event's message. */
  public String message(ProbeKind kind) {
    return kind.title()
        + switch (outcome) {
          case SUCCESS -> " probe succeeded";
          case WARNING -> " probe warning: " + text;
          case FAILURE -> " probe failed: " + text;
          case BROKEN -> " probe errored and resulted in failure state: " + text;
          case UNKNOWN -> " probe errored and resulted in unknown state: " + text;
        };
  }
}
