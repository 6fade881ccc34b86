package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.CriLabels;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.EphemeralContainer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodStatus;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.core.v1.SecurityContext;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.pod.PodPhases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pod with the parts that every bound pod has, so that nobody need ask for them.
 *
 * @param status what the API last showed
 */
public record PodView(Pod pod, ObjectMeta meta, PodSpec spec, PodStatus status) {
  private static final String API = "api";
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

  /**
   * Init, sidecar (an init container that always restarts), one of the pod's own, or one added for
   * looking into a running pod.
   */
  public enum Role {
    INIT,
    SIDECAR,
    MAIN,
    EPHEMERAL
  }

  /** A container with its role. */
  public record Named(Role role, Container container) {
    public String name() {
      return container.name();
    }
  }

  public static PodView of(Pod pod) {
    return new PodView(pod, pod.metadata(), pod.spec(), pod.status());
  }

  public String uid() {
    return meta.uid();
  }

  public String namespace() {
    return meta.namespace();
  }

  public String name() {
    return meta.name();
  }

  /** {@code namespace/name (uid)} for logs. */
  public String identity() {
    return namespace() + "/" + name() + " (" + uid() + ")";
  }

  /** Init containers and sidecars in their order. */
  public List<Named> inits() {
    List<Named> named = new ArrayList<>();
    for (Container container : spec.initContainers()) {
      boolean sidecar = container.restartPolicy().equals("Always");
      named.add(new Named(sidecar ? Role.SIDECAR : Role.INIT, container));
    }
    return named;
  }

  /** The user a container must run as, if its pod says. */
  public Optional<Long> user(Container container) {
    SecurityContext own = container.securityContext();
    if (own != null && own.runAsUser() != null) {
      return Optional.of(own.runAsUser());
    }
    PodSecurityContext all = spec.securityContext();
    return all == null ? Optional.empty() : Optional.ofNullable(all.runAsUser());
  }

  /** The user that every container must run as, where it is the same for all. */
  public Optional<Long> onlyUser() {
    Set<Optional<Long>> users = new HashSet<>();
    spec.initContainers().forEach(container -> users.add(user(container)));
    spec.containers().forEach(container -> users.add(user(container)));
    return users.size() == 1 ? users.iterator().next() : Optional.empty();
  }

  /** The pod's own containers. */
  public List<Named> mains() {
    return spec.containers().stream().map(c -> new Named(Role.MAIN, c)).toList();
  }

  /** How events name a container of this pod. */
  public String fieldPath(Container container) {
    String list =
        switch (container(container.name()).map(Named::role).orElse(Role.MAIN)) {
          case INIT, SIDECAR -> "initContainers";
          case MAIN -> "containers";
          case EPHEMERAL -> "ephemeralContainers";
        };
    return "spec." + list + "{" + container.name() + "}";
  }

  /** Containers that were added to the running pod (rule: KEP-277); started once, in any order. */
  public List<Named> ephemerals() {
    return spec.ephemeralContainers().stream()
        .map(c -> new Named(Role.EPHEMERAL, Ephemeral.asContainer(c)))
        .toList();
  }

  /** The container whose processes an ephemeral one wants to see; empty where it does not say. */
  public Optional<String> target(Container ephemeral) {
    return spec.ephemeralContainers().stream()
        .filter(c -> c.name().equals(ephemeral.name()))
        .map(EphemeralContainer::targetContainerName)
        .filter(name -> !name.isEmpty())
        .findFirst();
  }

  /** Inits first, then mains, then those added later. */
  public List<Named> all() {
    List<Named> all = new ArrayList<>(inits());
    all.addAll(mains());
    all.addAll(ephemerals());
    return all;
  }

  public Optional<Named> container(String name) {
    return all().stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /** The same pod with containers of these sizes; others keep theirs. */
  PodView withResources(Map<String, ResourceRequirements> sizes) {
    PodSpec sized =
        spec.toBuilder()
            .containers(sized(spec.containers(), sizes))
            .initContainers(sized(spec.initContainers(), sizes))
            .build();
    return of(pod.toBuilder().spec(sized).build());
  }

  private static List<Container> sized(
      List<Container> containers, Map<String, ResourceRequirements> sizes) {
    return containers.stream()
        .map(c ->
            sizes.containsKey(c.name()) ? c.toBuilder().resources(sizes.get(c.name())).build() : c)
        .toList();
  }

  /** Always, OnFailure or Never. */
  public String restartPolicy(Named named) {
    String own = named.container().restartPolicy();
    return switch (named.role()) {
      case SIDECAR -> "Always";
      case INIT -> podRestartPolicy().equals("Never") ? "Never" : "OnFailure";
      case EPHEMERAL -> "Never";
      case MAIN -> own.isEmpty() ? podRestartPolicy() : own;
    };
  }

  public String podRestartPolicy() {
    return spec.restartPolicy().isEmpty() ? "Always" : spec.restartPolicy();
  }

  public boolean deleted() {
    return meta.deletionTimestamp() != null;
  }

  /** How long containers get to end: the deletion's period once it is deleted, else the spec's. */
  public Duration grace() {
    Long deletion = meta.deletionGracePeriodSeconds();
    if (deleted() && deletion != null) {
      return Duration.ofSeconds(deletion);
    }
    Long own = spec.terminationGracePeriodSeconds();
    return own == null ? DEFAULT_GRACE : Duration.ofSeconds(own);
  }

  /** When the pod has been active for as long as it may. */
  public Optional<Instant> activeDeadline() {
    Long seconds = spec.activeDeadlineSeconds();
    Instant start = status.startTime();
    return seconds == null || start == null
        ? Optional.empty()
        : Optional.of(start.plusSeconds(seconds));
  }

  /** Whether the API shows the pod as over. */
  public boolean terminal() {
    return PodPhases.isFinished(status.phase());
  }

  /** Whether it comes from the node's own files and not from the API. */
  public boolean ofThisNode() {
    return !meta.annotations().getOrDefault(CriLabels.CONFIG_SOURCE, API).equals(API);
  }

  public boolean hostNetwork() {
    return Boolean.TRUE.equals(spec.hostNetwork());
  }
}
