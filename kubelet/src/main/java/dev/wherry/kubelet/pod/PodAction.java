package dev.wherry.kubelet.pod;

import java.time.Duration;

/** What a decision asks its worker to do. */
public sealed interface PodAction {
  /** Start a new sandbox; {@code attempt} counts from 0. */
  record RunSandbox(int attempt) implements PodAction {}

  /** Stop a sandbox and its network. */
  record StopSandbox(String id) implements PodAction {}

  /** Pull, create and start a container; {@code attempt} is its restart count. */
  record StartContainer(PodView.Named container, String sandboxId, int attempt)
      implements PodAction {}

  /** End a container, hooks first. {@code message} is the event's text. */
  record StopContainer(String id, String name, Duration grace, String message)
      implements PodAction {}

  /** Drop a dead or never started container. */
  record RemoveContainer(String id) implements PodAction {}
}
