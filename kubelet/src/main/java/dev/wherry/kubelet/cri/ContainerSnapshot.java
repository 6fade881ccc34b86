package dev.wherry.kubelet.cri;

import java.time.Instant;
import java.util.Map;

/**
 * A container as the runtime reports it.
 *
 * @param attempt the restart count
 * @param reason the runtime's word for the end, such as {@code OOMKilled}; may be empty
 * @param message the runtime's text; for an ended container its termination message once read
 * @param imageRef the image's digest reference, {@code imageId} its local id
 */
public record ContainerSnapshot(
    String id,
    String sandboxId,
    String podUid,
    String name,
    int attempt,
    State state,
    Instant createdAt,
    Instant startedAt,
    Instant finishedAt,
    int exitCode,
    String reason,
    String message,
    String image,
    String imageRef,
    String imageId,
    String hash,
    String logPath,
    Map<String, String> annotations) {

  /** The four states of CRI. */
  public enum State {
    CREATED,
    RUNNING,
    EXITED,
    UNKNOWN
  }

  public ContainerSnapshot {
    annotations = Map.copyOf(annotations);
  }

  public boolean running() {
    return state == State.RUNNING;
  }

  public boolean exited() {
    return state == State.EXITED;
  }

  /** The same with a termination message. */
  public ContainerSnapshot withMessage(String text) {
    return new ContainerSnapshot(
        id,
        sandboxId,
        podUid,
        name,
        attempt,
        state,
        createdAt,
        startedAt,
        finishedAt,
        exitCode,
        reason,
        text,
        image,
        imageRef,
        imageId,
        hash,
        logPath,
        annotations);
  }
}
