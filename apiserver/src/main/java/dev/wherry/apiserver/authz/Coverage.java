package dev.wherry.apiserver.authz;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Compares sets of rules. */
public final class Coverage {
  private Coverage() {}

  /** What {@code wanted} allows and {@code owned} does not, cut into rules of one verb each. */
  public static List<PolicyRule> missing(List<PolicyRule> owned, List<PolicyRule> wanted) {
    Set<PolicyRule> missing = new LinkedHashSet<>();
    for (PolicyRule rule : wanted) {
      for (PolicyRule single : rule.singles()) {
        if (owned.stream().noneMatch(own -> own.coversSingle(single))) {
          missing.add(single);
        }
      }
    }
    return compact(missing);
  }

  /** Joins rules that differ only in their verbs. */
  private static List<PolicyRule> compact(Set<PolicyRule> singles) {
    var byTarget = new java.util.LinkedHashMap<PolicyRule, List<String>>();
    for (PolicyRule single : singles) {
      PolicyRule target =
          new PolicyRule(
              List.of(), single.groups(), single.resources(), single.names(), single.paths());
      byTarget.computeIfAbsent(target, _ -> new ArrayList<>()).add(single.verbs().getFirst());
    }
    List<PolicyRule> rules = new ArrayList<>();
    byTarget.forEach((t, verbs) ->
        rules.add(new PolicyRule(verbs, t.groups(), t.resources(), t.names(), t.paths())));
    return rules;
  }
}
