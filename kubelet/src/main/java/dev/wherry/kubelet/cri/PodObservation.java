package dev.wherry.kubelet.cri;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Everything the runtime has of one pod at one moment.
 *
 * @param sandboxes newest first
 * @param containers newest first
 */
public record PodObservation(
    String podUid, List<SandboxSnapshot> sandboxes, List<ContainerSnapshot> containers) {

  public PodObservation {
    sandboxes =
        sandboxes.stream()
            .sorted(
                Comparator.comparingInt(SandboxSnapshot::attempt)
                    .thenComparing(SandboxSnapshot::createdAt)
                    .reversed())
            .toList();
    containers =
        containers.stream()
            .sorted(
                Comparator.comparingInt(ContainerSnapshot::attempt)
                    .thenComparing(ContainerSnapshot::createdAt)
                    .reversed())
            .toList();
  }

  public static PodObservation none(String podUid) {
    return new PodObservation(podUid, List.of(), List.of());
  }

  /** The newest sandbox. */
  public Optional<SandboxSnapshot> sandbox() {
    return sandboxes.stream().findFirst();
  }

  /** The newest container of a name. */
  public Optional<ContainerSnapshot> container(String name) {
    return containers.stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /** The one before the newest of a name. */
  public Optional<ContainerSnapshot> previous(String name) {
    return containers.stream().filter(c -> c.name().equals(name)).skip(1).findFirst();
  }

  public boolean anyRunning() {
    return containers.stream().anyMatch(ContainerSnapshot::running);
  }

  public boolean empty() {
    return sandboxes.isEmpty() && containers.isEmpty();
  }
}
