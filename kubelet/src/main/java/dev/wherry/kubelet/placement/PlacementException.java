package dev.wherry.kubelet.placement;

/** What a pod asks for cannot be set aside; the pod must not run here. */
public final class PlacementException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The reason of all refusals that have none of their own. */
  public static final String UNEXPECTED = "UnexpectedAdmissionError";

  private final String reason;

  private PlacementException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** A failure as upstream words those that a scheduler should have prevented. */
  public static PlacementException unexpected(String cause) {
    return new PlacementException(
        UNEXPECTED, "Allocate failed due to " + cause + ", which is unexpected");
  }

  /** A failure with a reason of its own. */
  public static PlacementException of(String reason, String message) {
    return new PlacementException(reason, message);
  }

  /** One word for the pod's status. */
  public String reason() {
    return reason;
  }

  /** The sentence. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
