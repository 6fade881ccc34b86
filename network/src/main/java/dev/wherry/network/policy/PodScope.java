package dev.wherry.network.policy;

import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.model.networking.v1.NetworkPolicyPeer;
import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A choice of pods. Equal ones share a set in the kernel.
 *
 * @param namespace the only one; "" where namespaces are chosen by labels
 * @param node the only one; "" for all
 */
record PodScope(String namespace, String node, Labels namespaces, Labels pods) {
  /** Every pod of the cluster. */
  static final PodScope ALL = new PodScope("", "", Labels.EVERYTHING, Labels.EVERYTHING);

  /**
   * All of it in words, for names after their content: what selects nothing has none of its own.
   */
  String content() {
    return this + " " + namespaces.nothing() + " " + pods.nothing();
  }

  /**
   * The pods of a node that a policy is about.
   *
   * @throws dev.wherry.model.selector.SelectorException when an operator is unknown
   */
  static PodScope subjects(NetworkPolicy policy, String node) {
    return new PodScope(
        policy.metadata().namespace(),
        node,
        Labels.EVERYTHING,
        orEverything(policy.spec().podSelector()));
  }

  /** The pods that a peer means: both selectors must hold; without one for namespaces its own. */
  static PodScope peers(NetworkPolicyPeer peer, String namespace) {
    LabelSelector namespaces = peer.namespaceSelector();
    Labels pods = orEverything(peer.podSelector());
    return namespaces == null
        ? new PodScope(namespace, "", Labels.EVERYTHING, pods)
        : new PodScope("", "", Labels.of(Optional.of(namespaces)), pods);
  }

  private static Labels orEverything(@Nullable LabelSelector selector) {
    return selector == null ? Labels.EVERYTHING : Labels.of(Optional.of(selector));
  }

  List<PolicyPod> choose(World world) {
    return world.pods().stream().filter(pod -> holds(pod, world.namespaces())).toList();
  }

  private boolean holds(PolicyPod pod, Map<String, Map<String, String>> labels) {
    if (!node.isEmpty() && !node.equals(pod.node())) {
      return false;
    }
    String space = pod.key().namespace();
    boolean there =
        namespace.isEmpty()
            ? labels.containsKey(space) && namespaces.matches(labels.getOrDefault(space, Map.of()))
            : namespace.equals(space);
    return there && pods.matches(pod.labels());
  }
}
