package dev.wherry.scheduler.api;

import dev.wherry.model.core.v1.NodeAffinity;
import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.scheduler.view.NodeTerms;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Node affinity as the scheduler sees it. */
final class AffinityReader {
  private AffinityReader() {}

  static NodeTerms read(Map<String, String> selector, @Nullable NodeAffinity affinity) {
    if (affinity == null) {
      return selector.isEmpty()
          ? NodeTerms.ANY
          : new NodeTerms(selector, false, List.of(), List.of());
    }
    NodeSelector required = affinity.requiredDuringSchedulingIgnoredDuringExecution();
    return new NodeTerms(
        selector,
        required != null,
        required == null
            ? List.of()
            : required.nodeSelectorTerms().stream().map(AffinityReader::term).toList(),
        affinity.preferredDuringSchedulingIgnoredDuringExecution().stream()
            .map(AffinityReader::weighted)
            .toList());
  }

  private static NodeTerms.Weighted weighted(
      dev.wherry.model.core.v1.PreferredSchedulingTerm preferred) {
    Integer weight = preferred.weight();
    NodeSelectorTerm preference = preferred.preference();
    return new NodeTerms.Weighted(
        weight == null ? 0 : weight,
        term(preference == null ? NodeSelectorTerm.EMPTY : preference));
  }

  private static NodeTerms.Term term(NodeSelectorTerm term) {
    return new NodeTerms.Term(
        requirements(term.matchExpressions()), requirements(term.matchFields()));
  }

  private static List<NodeTerms.Requirement> requirements(List<NodeSelectorRequirement> list) {
    return list.stream()
        .map(r -> new NodeTerms.Requirement(r.key(), r.operator(), r.values()))
        .toList();
  }
}
