package dev.wherry.scheduler.view;

import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.volume.PodClaim;
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
 * @param standing what preemption has to know of it
 * @param images of its containers, with a tag or digest
 * @param claims its volumes that are claims
 * @param deviceClaims its claims of devices
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
    boolean deleting,
    PodAffinities affinities,
    List<SpreadConstraint> spread,
    Standing standing,
    List<String> images,
    List<PodClaim> claims,
    List<PodDeviceClaim> deviceClaims) {
  public PodView {
    claims = List.copyOf(claims);
    deviceClaims = List.copyOf(deviceClaims);
    spread = List.copyOf(spread);
    images = List.copyOf(images);
    hostPorts = List.copyOf(hostPorts);
    tolerations = List.copyOf(tolerations);
    schedulingGates = List.copyOf(schedulingGates);
  }

  /**
   * A pod's place in preemption (KEP-0268, pod priority).
   *
   * @param mayPreempt false for {@code preemptionPolicy: Never}
   * @param nominatedNode where room is being made for it, or ""
   * @param started {@link Instant#MAX} before it has started
   * @param preempted whether the scheduler has chosen it as a victim
   */
  public record Standing(
      boolean mayPreempt, String nominatedNode, Instant started, boolean preempted) {
    public static final Standing NEW = new Standing(true, "", Instant.MAX, false);
  }

  /** Whether one of its volumes is this claim. */
  public boolean names(String namespace, String claim) {
    if (claims.isEmpty() || !key.namespace().equals(namespace)) {
      return false;
    }
    return claims.stream().anyMatch(one -> one.claim().equals(claim));
  }

  /** Whether one of its claims of devices is this one. */
  public boolean asksForDevicesBy(String namespace, String claim) {
    return key.namespace().equals(namespace)
        && deviceClaims.stream().anyMatch(one -> one.claim().equals(claim));
  }

  /** Another pod like this one, of the same namespace. */
  public PodView twin(String name, NodeTerms terms) {
    return with(new PodKey(key.namespace(), name), name, "", terms, standing);
  }

  /** The same pod, taken to be on the given node. */
  public PodView on(String node) {
    return with(key, uid, node, nodeTerms, standing);
  }

  /** The same pod, for which room is being made on the given node; "" for nowhere. */
  public PodView nominatedTo(String node) {
    Standing nominated =
        new Standing(standing.mayPreempt, node, standing.started, standing.preempted);
    return with(key, uid, nodeName, nodeTerms, nominated);
  }

  private PodView with(
      PodKey newKey, String newUid, String node, NodeTerms terms, Standing newStanding) {
    return new PodView(
        newKey,
        newUid,
        generation,
        labels,
        requests,
        scored,
        hostPorts,
        node,
        terms,
        tolerations,
        priority,
        schedulerName,
        schedulingGates,
        created,
        terminal,
        deleting,
        affinities,
        spread,
        newStanding,
        images,
        claims,
        deviceClaims);
  }
}
