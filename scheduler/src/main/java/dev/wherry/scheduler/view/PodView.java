package dev.wherry.scheduler.view;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A pod as the scheduler sees it.
 *
 * @param requests by upstream's rule: the sum of containers and sidecars, or an init container's
 *     peak where that is more, plus overhead; pod-level requests take precedence
 * @param scored like requests, with upstream's 100m and 200 MiB where a container asks for nothing
 * @param nodeName "" while it is not bound
 * @param created for the queue's order among equal priorities
 */
public record PodView(
    PodKey key,
    String uid,
    long generation,
    Map<String, String> labels,
    Resources requests,
    Resources scored,
    List<HostPort> hostPorts,
    String nodeName,
    NodeTerms nodeTerms,
    List<Toleration> tolerations,
    int priority,
    String schedulerName,
    List<String> schedulingGates,
    Instant created,
    boolean terminal,
    boolean deleting) {
  public PodView {
    hostPorts = List.copyOf(hostPorts);
    tolerations = List.copyOf(tolerations);
    schedulingGates = List.copyOf(schedulingGates);
  }

  /** The same pod, taken to be on the given node. */
  public PodView on(String node) {
    return new PodView(
        key,
        uid,
        generation,
        labels,
        requests,
        scored,
        hostPorts,
        node,
        nodeTerms,
        tolerations,
        priority,
        schedulerName,
        schedulingGates,
        created,
        terminal,
        deleting);
  }
}
