package dev.wherry.scheduler.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A node and what is on it. A change makes a new one; it shares what did not change.
 *
 * @param allowedPods how many pods the node takes
 * @param requested the sum of its pods' requests
 * @param scored the sum of its pods' {@link PodView#scored}
 * @param imageBytes size of every image on the node, by each of its names
 */
public record NodeView(
    String name,
    Map<String, String> labels,
    List<Taint> taints,
    boolean unschedulable,
    Resources allocatable,
    long allowedPods,
    Map<String, Long> imageBytes,
    List<PodView> pods,
    Resources requested,
    Resources scored) {

  /** A node with nothing on it yet. */
  public static NodeView empty(
      String name,
      Map<String, String> labels,
      List<Taint> taints,
      boolean unschedulable,
      Resources allocatable,
      long allowedPods,
      Map<String, Long> imageBytes) {
    return new NodeView(
        name,
        labels,
        List.copyOf(taints),
        unschedulable,
        allocatable,
        allowedPods,
        imageBytes,
        List.of(),
        Resources.NONE,
        Resources.NONE);
  }

  public NodeView with(PodView pod) {
    List<PodView> more = new ArrayList<>(pods.size() + 1);
    more.addAll(pods);
    more.add(pod);
    return on(more, requested.plus(pod.requests()), scored.plus(pod.scored()));
  }

  /** With the pod in the place of the one of its key, which is here. */
  public NodeView replacing(PodView pod) {
    List<PodView> others = new ArrayList<>(pods);
    Resources sum = requested;
    Resources scoredSum = scored;
    for (int i = 0; i < others.size(); i++) {
      PodView before = others.get(i);
      if (before.key().equals(pod.key())) {
        others.set(i, pod);
        sum = sum.minus(before.requests()).plus(pod.requests());
        scoredSum = scoredSum.minus(before.scored()).plus(pod.scored());
      }
    }
    return on(others, sum, scoredSum);
  }

  /** Without the pod of this key; the same node when it has none such. */
  public NodeView without(PodKey key) {
    for (int i = 0; i < pods.size(); i++) {
      PodView pod = pods.get(i);
      if (pod.key().equals(key)) {
        List<PodView> fewer = new ArrayList<>(pods);
        fewer.remove(i);
        return on(fewer, requested.minus(pod.requests()), scored.minus(pod.scored()));
      }
    }
    return this;
  }

  /** With only these of its pods. */
  public NodeView keeping(List<PodView> kept) {
    Resources sum = Resources.NONE;
    Resources scoredSum = Resources.NONE;
    for (PodView pod : kept) {
      sum = sum.plus(pod.requests());
      scoredSum = scoredSum.plus(pod.scored());
    }
    return on(List.copyOf(kept), sum, scoredSum);
  }

  /** This node's pods under the facts of a newer version of the node. */
  public NodeView withPodsOf(NodeView older) {
    return on(older.pods, older.requested, older.scored);
  }

  private NodeView on(List<PodView> onIt, Resources sum, Resources scoredSum) {
    return new NodeView(
        name,
        labels,
        taints,
        unschedulable,
        allocatable,
        allowedPods,
        imageBytes,
        onIt,
        sum,
        scoredSum);
  }
}
