package dev.wherry.scheduler.api;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.ContainerStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSchedulingGate;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.model.volume.PodClaim;
import dev.wherry.scheduler.view.HostPort;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Resources;
import dev.wherry.scheduler.view.Toleration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Pods as the scheduler sees them. */
public final class PodReader {
  /** What a container that asks for nothing counts as when nodes are scored. */
  private static final Resources SCORED_DEFAULT =
      new Resources(100, 200L << 20, 0, new TreeMap<>());

  /** The reason of a victim's condition {@code DisruptionTarget}. */
  static final String PREEMPTION_REASON = "PreemptionByScheduler";

  private static final String DEFAULT_TAG = ":latest";

  private PodReader() {}

  public static PodView read(Pod pod) {
    PodSpec spec = pod.spec();
    Instant created = pod.metadata().creationTimestamp();
    Long generation = pod.metadata().generation();
    Integer priority = spec.priority();
    String phase = pod.status().phase();
    return new PodView(
        new PodKey(pod.metadata().namespace(), pod.metadata().name()),
        pod.metadata().uid(),
        generation == null ? 0 : generation,
        pod.metadata().labels(),
        requests(pod, false),
        requests(pod, true),
        hostPorts(spec),
        spec.nodeName(),
        AffinityReader.read(spec.nodeSelector(), nodeAffinity(spec)),
        spec.tolerations().stream()
            .map(t -> new Toleration(t.key(), t.operator(), t.value(), t.effect()))
            .toList(),
        priority == null ? 0 : priority,
        spec.schedulerName().isEmpty() ? "default-scheduler" : spec.schedulerName(),
        spec.schedulingGates().stream().map(PodSchedulingGate::name).toList(),
        created == null ? Instant.EPOCH : created,
        PodPhases.isFinished(phase),
        pod.metadata().deletionTimestamp() != null,
        NeighbourReader.affinities(pod),
        NeighbourReader.spread(pod),
        standing(pod),
        images(spec),
        PodClaim.of(pod),
        PodDeviceClaim.of(pod));
  }

  private static PodView.Standing standing(Pod pod) {
    boolean preempted =
        pod.status().conditions().stream()
            .anyMatch(c ->
                c.type().equals("DisruptionTarget")
                    && c.status().equals("True")
                    && c.reason().equals(PREEMPTION_REASON));
    Instant started = pod.status().startTime();
    boolean mayPreempt = !pod.spec().preemptionPolicy().equals("Never");
    String nominated = pod.status().nominatedNodeName();
    return started == null && mayPreempt && nominated.isEmpty() && !preempted
        ? PodView.Standing.NEW
        : new PodView.Standing(
            mayPreempt, nominated, started == null ? Instant.MAX : started, preempted);
  }

  private static List<String> images(PodSpec spec) {
    List<String> images = new ArrayList<>();
    spec.initContainers().forEach(container -> images.add(tagged(container.image())));
    spec.containers().forEach(container -> images.add(tagged(container.image())));
    return images;
  }

  /** Nodes list images with their tags. */
  private static String tagged(String image) {
    return image.lastIndexOf(':') > image.lastIndexOf('/') ? image : image + DEFAULT_TAG;
  }

  private static dev.wherry.model.core.v1.@Nullable NodeAffinity nodeAffinity(PodSpec spec) {
    Affinity affinity = spec.affinity();
    return affinity == null ? null : affinity.nodeAffinity();
  }

  /** Upstream's rule: containers and sidecars together, or an init container's peak. */
  private static Resources requests(Pod pod, boolean scored) {
    PodSpec spec = pod.spec();
    Resources running = Resources.NONE;
    for (Container container : spec.containers()) {
      running = running.plus(of(pod, container, scored));
    }
    Resources sidecars = Resources.NONE;
    Resources peak = Resources.NONE;
    for (Container container : spec.initContainers()) {
      if (container.restartPolicy().equals("Always")) {
        sidecars = sidecars.plus(of(pod, container, scored));
        peak = peak.max(sidecars);
      } else {
        peak = peak.max(sidecars.plus(of(pod, container, scored)));
      }
    }
    Resources sum = running.plus(sidecars).max(peak);
    ResourceRequirements whole = spec.resources();
    if (whole != null) {
      sum = sum.max(resources(whole.requests()));
    }
    return sum.plus(resources(spec.overhead()));
  }

  private static Resources of(Pod pod, Container container, boolean scored) {
    ResourceRequirements asked = container.resources();
    Resources resources = asked == null ? Resources.NONE : resources(asked.requests());
    if (!pod.spec().nodeName().isEmpty()) {
      resources = held(pod, container, resources);
    }
    if (!scored) {
      return resources;
    }
    return new Resources(
        resources.milliCpu() == 0 ? SCORED_DEFAULT.milliCpu() : resources.milliCpu(),
        resources.memoryBytes() == 0 ? SCORED_DEFAULT.memoryBytes() : resources.memoryBytes(),
        resources.ephemeralStorageBytes(),
        resources.extended());
  }

  /**
   * While a container is resized it counts with the most of what it asks, was given and has; with
   * the latter two where what it asks will never be given (KEP-1287).
   */
  private static Resources held(Pod pod, Container container, Resources asked) {
    for (ContainerStatus status : statuses(pod)) {
      ResourceRequirements actual = status.resources();
      if (status.name().equals(container.name()) && !status.allocatedResources().isEmpty()) {
        Resources held = resources(status.allocatedResources());
        if (actual != null) {
          held = held.max(resources(actual.requests()));
        }
        return isInfeasible(pod) ? held : asked.max(held);
      }
    }
    return asked;
  }

  private static List<ContainerStatus> statuses(Pod pod) {
    List<ContainerStatus> inits = pod.status().initContainerStatuses();
    if (inits.isEmpty()) {
      return pod.status().containerStatuses();
    }
    List<ContainerStatus> all = new ArrayList<>(inits);
    all.addAll(pod.status().containerStatuses());
    return all;
  }

  private static boolean isInfeasible(Pod pod) {
    return pod.status().conditions().stream()
        .anyMatch(c -> c.type().equals("PodResizePending") && c.reason().equals("Infeasible"));
  }

  static Resources resources(Map<String, Quantity> quantities) {
    long cpu = 0;
    long memory = 0;
    long storage = 0;
    SortedMap<String, Long> extended = new TreeMap<>();
    for (Map.Entry<String, Quantity> entry : quantities.entrySet()) {
      switch (entry.getKey()) {
        case "cpu" -> cpu = entry.getValue().milliValue();
        case "memory" -> memory = entry.getValue().value();
        case "ephemeral-storage" -> storage = entry.getValue().value();
        case "pods" -> {}
        default -> extended.put(entry.getKey(), entry.getValue().value());
      }
    }
    return new Resources(cpu, memory, storage, extended);
  }

  private static List<HostPort> hostPorts(PodSpec spec) {
    List<HostPort> ports = new ArrayList<>();
    for (Container container : spec.containers()) {
      for (ContainerPort port : container.ports()) {
        Integer number = port.hostPort();
        if (number != null && number > 0) {
          ports.add(new HostPort(port.protocol(), port.hostIP(), number));
        }
      }
    }
    return ports;
  }
}
