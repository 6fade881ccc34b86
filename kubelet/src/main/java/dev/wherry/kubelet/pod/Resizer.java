package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.kubelet.status.PodSizes;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerResizePolicy;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.ResourceRequirements;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pod's way from one size to another without a new pod: the node sets the new size aside, the
 * containers get it in place or by a restart, as their policies say (rule: KEP-1287). What was
 * given survives a restart of the kubelet in the pod's status. Owned by the pod's worker.
 */
final class Resizer {
  private static final List<String> RESIZABLE = List.of("cpu", "memory");
  private static final String MEMORY = "memory";
  private static final String ERROR = "Error";

  private final PodParts parts;
  private final Runnable wake;
  private final Map<String, ResourceRequirements> allocated = new HashMap<>();
  private final Map<String, ResourceRequirements> actual = new HashMap<>();
  private final Set<String> restarting = new HashSet<>();
  private PodSizes.@Nullable Resizing pending;
  private PodSizes.@Nullable Resizing progress;

  /**
   * @param wake run by any thread when a refused size may fit now
   */
  Resizer(PodParts parts, Runnable wake) {
    this.parts = parts;
    this.wake = wake;
  }

  /** The pod as the node has agreed to it, asking the node for what it wants beyond. */
  PodView settle(PodView wanted) {
    if (allocated.isEmpty()) {
      recall(wanted);
    }
    boolean over = wanted.deleted() || wanted.terminal();
    if (over || resized(wanted).isEmpty()) {
      pending = null;
    } else {
      ask(wanted);
    }
    return resized(wanted).isEmpty() ? wanted : wanted.withResources(allocated);
  }

  /** Names of containers that get their new size by a restart, until they have started again. */
  Set<String> restarting(PodView pod, PodObservation observed) {
    for (PodView.Named named : sized(pod)) {
      Container container = named.container();
      boolean running =
          observed.container(named.name()).filter(ContainerSnapshot::running).isPresent();
      if (running && mustRestart(container, actual(container))) {
        restarting.add(named.name());
      }
    }
    return Set.copyOf(restarting);
  }

  /** A container began with what its spec says here. */
  void began(Container container) {
    restarting.remove(container.name());
    actual.put(container.name(), Requirements.of(container));
  }

  /** Gives running containers their new size where that needs no restart. */
  void carryOut(PodView pod, PodObservation observed) {
    if (progress == null) {
      return;
    }
    List<String> failures = new ArrayList<>();
    parts.cgroups().grow(pod);
    for (PodView.Named named : sized(pod)) {
      Optional<ContainerSnapshot> running =
          observed.container(named.name()).filter(ContainerSnapshot::running);
      Container container = named.container();
      if (running.isPresent()
          && !restarting.contains(named.name())
          && !same(actual(container), Requirements.of(container))) {
        update(pod, container, running.get().id()).ifPresent(failures::add);
      }
    }
    if (!failures.isEmpty()) {
      failed(pod, String.join("; ", failures));
    } else if (restarting.isEmpty()) {
      parts.cgroups().size(pod);
      progress = null;
      event(pod, PodEvents.Type.NORMAL, "ResizeCompleted", "Pod resize completed: ", "");
    }
  }

  /** Whether a resize did not succeed and should be tried again. */
  boolean unfinished() {
    return progress != null && progress.reason().equals(ERROR);
  }

  PodSizes sizes() {
    List<PodSizes.Resizing> resizing = new ArrayList<>();
    if (pending != null) {
      resizing.add(pending);
    }
    if (progress != null) {
      resizing.add(progress);
    }
    return new PodSizes(allocated, actual, resizing);
  }

  private void recall(PodView pod) {
    List<ContainerStatus> known = new ArrayList<>(pod.status().initContainerStatuses());
    known.addAll(pod.status().containerStatuses());
    for (PodView.Named named : sized(pod)) {
      ResourceRequirements own = Requirements.of(named.container());
      allocated.put(named.name(), own);
      for (ContainerStatus status : known) {
        ResourceRequirements had = status.resources();
        if (status.name().equals(named.name()) && had != null) {
          allocated.put(
              named.name(),
              had.toBuilder().requests(status.allocatedResources()).claims(own.claims()).build());
          actual.put(named.name(), had.toBuilder().claims(own.claims()).build());
        }
      }
    }
    boolean unfinished =
        pod.status().conditions().stream().anyMatch(c -> c.type().equals(PodSizes.IN_PROGRESS));
    if (unfinished) {
      progress = inProgress(pod, "", "");
    }
  }

  private void ask(PodView wanted) {
    Optional<Rejection> refused =
        parts.shares().fixed(wanted).or(() -> parts.room().resize(wanted, wake));
    if (refused.isEmpty()) {
      for (PodView.Named named : resized(wanted)) {
        allocated.put(named.name(), Requirements.of(named.container()));
      }
      pending = null;
      progress = inProgress(wanted, "", "");
      event(wanted, PodEvents.Type.NORMAL, "ResizeStarted", "Pod resize started: ", "");
      return;
    }
    Rejection why = refused.get();
    PodSizes.Resizing next =
        new PodSizes.Resizing(
            PodSizes.PENDING, why.reason(), why.message(), wanted.meta().generation());
    if (!next.equals(pending)) {
      pending = next;
      event(
          wanted,
          PodEvents.Type.WARNING,
          "Resize" + why.reason(),
          "Pod resize " + why.reason() + ": ",
          why.message());
    }
  }

  private Optional<String> update(PodView pod, Container container, String id) {
    Optional<String> tooSmall = tooSmall(container, id);
    if (tooSmall.isPresent()) {
      return tooSmall;
    }
    try {
      parts.runtime().updateResources(id, parts.configs().resources(pod, container));
      actual.put(container.name(), Requirements.of(container));
      return Optional.empty();
    } catch (CriException e) {
      return Optional.of("container \"%s\": %s".formatted(container.name(), e.text()));
    }
  }

  /** A limit below what is used would kill the container. */
  private Optional<String> tooSmall(Container container, String id) {
    Quantity before = actual(container).limits().getOrDefault(MEMORY, Quantity.ZERO);
    Quantity now = Requirements.of(container).limits().getOrDefault(MEMORY, Quantity.ZERO);
    boolean less = now.signum() > 0 && (before.signum() == 0 || now.compareTo(before) < 0);
    if (!less) {
      return Optional.empty();
    }
    OptionalLong used = parts.runtime().memoryUsage(id);
    return used.isPresent() && used.getAsLong() >= now.value()
        ? Optional.of(
            "attempting to set container \"%s\" memory limit (%d) below current usage (%d)"
                .formatted(container.name(), now.value(), used.getAsLong()))
        : Optional.empty();
  }

  private void failed(PodView pod, String message) {
    PodSizes.Resizing next = inProgress(pod, ERROR, message);
    if (progress == null || !progress.reason().equals(ERROR)) {
      event(pod, PodEvents.Type.WARNING, "ResizeError", "Pod resize error: ", message);
    }
    progress = next;
  }

  private PodSizes.Resizing inProgress(PodView pod, String reason, String message) {
    return new PodSizes.Resizing(PodSizes.IN_PROGRESS, reason, message, pod.meta().generation());
  }

  private void event(PodView pod, PodEvents.Type type, String reason, String text, String error) {
    String told = text + ResizeText.of(pod, sized(pod), error);
    parts.events().record(pod.pod(), "", type, reason, told);
  }

  private List<PodView.Named> resized(PodView wanted) {
    return sized(wanted).stream()
        .filter(named -> {
          ResourceRequirements had = allocated.get(named.name());
          return had != null && !same(had, Requirements.of(named.container()));
        })
        .toList();
  }

  private ResourceRequirements actual(Container container) {
    return actual.getOrDefault(container.name(), Requirements.of(container));
  }

  /** Containers that can have a size of their own. */
  private static List<PodView.Named> sized(PodView pod) {
    return pod.all().stream().filter(named -> named.role() != PodView.Role.EPHEMERAL).toList();
  }

  private static boolean same(ResourceRequirements one, ResourceRequirements other) {
    return RESIZABLE.stream().allMatch(name -> same(one, other, name));
  }

  private static boolean same(ResourceRequirements one, ResourceRequirements other, String name) {
    return amount(one.limits(), name).compareTo(amount(other.limits(), name)) == 0
        && amount(one.requests(), name).compareTo(amount(other.requests(), name)) == 0;
  }

  private static Quantity amount(Map<String, Quantity> amounts, String name) {
    return amounts.getOrDefault(name, Quantity.ZERO);
  }

  private static boolean mustRestart(Container container, ResourceRequirements had) {
    for (ContainerResizePolicy policy : container.resizePolicy()) {
      if (policy.restartPolicy().equals("RestartContainer")
          && !same(had, Requirements.of(container), policy.resourceName())) {
        return true;
      }
    }
    return false;
  }
}
