package dev.wherry.scheduler.view;

import dev.wherry.model.selector.Labels;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which pods one term of a pod's affinity means, and what counts as near (core/v1 PodAffinityTerm).
 *
 * @param namespaces by name; the pod's own where it names none and has no namespaceSelector
 * @param namespaceSelector further namespaces by their labels; {@link Labels#NOTHING} for none
 * @param selector of pods, {@code matchLabelKeys} and {@code mismatchLabelKeys} worked in
 * @param topologyKey nodes with the same value of this label are one domain
 */
public record AffinityTerm(
    Set<String> namespaces, Labels namespaceSelector, Labels selector, String topologyKey) {
  public AffinityTerm {
    namespaces = Set.copyOf(namespaces);
  }

  /** Pods of one namespace. */
  public static AffinityTerm in(String namespace, Labels selector, String topologyKey) {
    return new AffinityTerm(Set.of(namespace), Labels.NOTHING, selector, topologyKey);
  }

  /**
   * Whether the term is about a pod.
   *
   * @param namespaceLabels the labels of the namespace of that name
   */
  public boolean means(
      String namespace, Map<String, String> namespaceLabels, Map<String, String> labels) {
    return selector.matches(labels)
        && (namespaces.contains(namespace) || namespaceSelector.matches(namespaceLabels));
  }

  /** Whether every term of a list means the pod; none means no pod. */
  public static boolean allMean(
      List<AffinityTerm> terms,
      String namespace,
      Map<String, String> namespaceLabels,
      Map<String, String> labels) {
    for (int i = 0; i < terms.size(); i++) {
      if (!terms.get(i).means(namespace, namespaceLabels, labels)) {
        return false;
      }
    }
    return !terms.isEmpty();
  }

  /** Whether another label of a namespace may change what the term means. */
  boolean looksAtNamespaceLabels() {
    return !namespaceSelector.nothing() && !namespaceSelector.isEverything();
  }
}
