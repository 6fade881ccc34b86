package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.model.selector.SelectorException;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Chain.Rule;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.SetSpec;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.rules.AddressFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Turns policies into the table of one node. Pure. A pod that some NetworkPolicy of a direction is
 * about may do only what one of them allows there. The cluster's tier Admin decides before that,
 * its tier Baseline for pods that no NetworkPolicy is about; all others may do everything.
 */
final class PolicyPlanner {
  private final World world;
  private final Map<String, Chain> policyChains = new TreeMap<>();
  private final Map<String, Chain> podChains = new TreeMap<>();
  private final Map<Tier, String> tierChains = new HashMap<>();
  private final RuleWriter writer;

  private PolicyPlanner(World world) {
    this.world = world;
    this.writer = new RuleWriter(world);
  }

  /** The policies of a tier that some pods have in common, in their order. */
  private record Tier(List<ClusterPolicy> policies, Direction direction) {}

  /** What a pod is judged by in a direction: tiers of the cluster around its namespace's own. */
  private static final class Judges {
    private final List<ClusterPolicy> admin = new ArrayList<>();
    private final Set<String> policies = new TreeSet<>();
    private final List<ClusterPolicy> baseline = new ArrayList<>();
  }

  /** The table; empty where the cluster has no policies, and packets then meet nothing of ours. */
  static PolicyTable plan(World world) {
    if (world.policies().isEmpty() && world.clusterPolicies().isEmpty()) {
      return PolicyTable.EMPTY;
    }
    PolicyPlanner planner = new PolicyPlanner(world);
    for (AddressFamily family : AddressFamily.values()) {
      planner.writer.set(SetSpec.set(BaseChains.known(family), List.of(family.type())));
      planner.writer.set(
          SetSpec.set(BaseChains.itself(family), List.of(family.type(), family.type())));
      for (Direction direction : Direction.values()) {
        planner.writer.set(SetSpec.verdicts(direction.subjects(family), List.of(family.type())));
      }
      if (planner.ofCluster()) {
        planner.writer.set(
            SetSpec.verdicts(BaseChains.towardsNode(family), List.of(family.type())));
      }
    }
    world.own().forEach(planner::known);
    for (Direction direction : Direction.values()) {
      planner.judge(direction);
    }
    Map<String, Chain> chains = new LinkedHashMap<>(planner.policyChains);
    chains.putAll(planner.podChains);
    return new PolicyTable(
        BaseChains.all(world.ranges(), planner.ofCluster()),
        chains,
        planner.writer.sets(),
        planner.writer.elements());
  }

  private boolean ofCluster() {
    return !world.clusterPolicies().isEmpty();
  }

  private void known(PolicyPod pod) {
    for (AddressFamily family : AddressFamily.values()) {
      pod.addresses(family).forEach(a -> writer.put(BaseChains.known(family), Element.of(a)));
    }
  }

  private void judge(Direction direction) {
    Map<PolicyPod, Judges> judged = new LinkedHashMap<>();
    for (ClusterPolicy policy : world.clusterPolicies()) {
      if (!policy.rules(direction).isEmpty()) {
        for (PolicyPod pod : writer.choose(policy.subject())) {
          Judges judges = judged.computeIfAbsent(pod, _ -> new Judges());
          switch (policy.tier()) {
            case ADMIN -> judges.admin.add(policy);
            case BASELINE -> judges.baseline.add(policy);
          }
        }
      }
    }
    for (NetworkPolicy policy : world.policies()) {
      if (!PolicyRules.isAbout(policy, direction)) {
        continue;
      }
      List<PolicyPod> subjects = subjects(policy);
      if (!subjects.isEmpty()) {
        String chain = policyChain(policy, direction);
        subjects.forEach(pod -> judged.computeIfAbsent(pod, _ -> new Judges()).policies.add(chain));
      }
    }
    judged.forEach((pod, judges) -> subject(direction, pod, judges));
  }

  /** A selector that nobody understands selects nothing: the server does not let such ones in. */
  private List<PolicyPod> subjects(NetworkPolicy policy) {
    try {
      return writer.choose(PodScope.subjects(policy, world.nodeName()));
    } catch (SelectorException e) {
      return List.of();
    }
  }

  private void subject(Direction direction, PolicyPod pod, Judges judges) {
    List<String> admin =
        judges.admin.isEmpty() ? List.of() : List.of(tierChain(judges.admin, direction));
    List<String> baseline =
        judges.baseline.isEmpty() || !judges.policies.isEmpty()
            ? List.of()
            : List.of(tierChain(judges.baseline, direction));
    List<Rule> tiers = jumps(admin, baseline);
    List<Rule> rules = jumps(admin, judges.policies, baseline);
    if (!judges.policies.isEmpty()) {
      rules.add(Rule.of(new Expression.Decide(Verdict.DROP)));
    }
    String name = podChain(direction, rules);
    boolean towardsNode = direction == Direction.EGRESS && !tiers.isEmpty();
    String ofCluster = towardsNode ? podChain(direction, tiers) : "";
    for (AddressFamily family : AddressFamily.values()) {
      for (Bytes address : pod.addresses(family)) {
        writer.put(direction.subjects(family), Element.of(address, Verdict.go(name)));
        writer.put(BaseChains.itself(family), Element.of(Names.joined(address, address)));
        if (towardsNode) {
          writer.put(BaseChains.towardsNode(family), Element.of(address, Verdict.go(ofCluster)));
        }
      }
    }
  }

  @SafeVarargs
  private static List<Rule> jumps(Collection<String>... chains) {
    List<Rule> rules = new ArrayList<>();
    for (Collection<String> each : chains) {
      each.forEach(chain -> rules.add(Rule.of(new Expression.Decide(Verdict.jump(chain)))));
    }
    return rules;
  }

  private String podChain(Direction direction, List<Rule> rules) {
    String name = direction.word() + "-pods-" + Names.digest(rules);
    podChains.put(name, new Chain(name, Optional.empty(), rules));
    return name;
  }

  /** The policies of a tier one after the other: who passes the tier by returns from its chain. */
  private String tierChain(List<ClusterPolicy> tier, Direction direction) {
    return tierChains.computeIfAbsent(
        new Tier(tier, direction),
        _ -> {
          List<Rule> rules = new ArrayList<>();
          for (ClusterPolicy policy : tier) {
            for (ClusterPolicy.Judged judged : policy.rules(direction)) {
              rules.addAll(writer.rules(direction, judged.traffic(), judged.verdict()));
            }
          }
          return chain(direction.word() + "-tier-", rules);
        });
  }

  private String policyChain(NetworkPolicy policy, Direction direction) {
    List<Rule> rules = new ArrayList<>();
    for (PolicyRules.Allowed allowed : PolicyRules.of(policy, direction, world.nodeName())) {
      rules.addAll(writer.rules(direction, allowed, Verdict.ACCEPT));
    }
    return chain(direction.word() + "-policy-", rules);
  }

  private String chain(String prefix, List<Rule> rules) {
    String name = prefix + Names.digest(rules);
    policyChains.put(name, new Chain(name, Optional.empty(), rules));
    return name;
  }
}
