package dev.wherry.kubelet.image;

import java.time.Instant;

/** Whether a container's image is there. */
public sealed interface ImageVerdict {
  /** It is; {@code imageRef} is the runtime's name for it. */
  record Ready(String imageRef) implements ImageVerdict {}

  /** It is being pulled; the worker will be woken. */
  record Pulling() implements ImageVerdict {}

  /** It is not, for a reason the status shows; try again at the given time. */
  record Refused(String reason, String message, Instant retryAt) implements ImageVerdict {}
}
