package dev.wherry.scheduler.view;

import java.util.List;

/**
 * What filters that look at one node alone know of a pod: pods of one shape get the same verdicts.
 * A filter of that kind that reads anything else of a pod has to bring it in here.
 */
public record PodShape(
    String schedulerName,
    Resources requests,
    List<HostPort> hostPorts,
    String nodeName,
    NodeTerms nodeTerms,
    List<Toleration> tolerations) {

  /** The shape of a pod. */
  public static PodShape of(PodView pod) {
    return new PodShape(
        pod.schedulerName(),
        pod.requests(),
        pod.hostPorts(),
        pod.nodeName(),
        pod.nodeTerms(),
        pod.tolerations());
  }
}
