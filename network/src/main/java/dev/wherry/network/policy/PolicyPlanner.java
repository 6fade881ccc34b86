package dev.wherry.network.policy;

import static dev.wherry.network.nftables.DataType.PORT;
import static dev.wherry.network.nftables.DataType.PROTOCOL;

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
import dev.wherry.network.rules.Matches;
import dev.wherry.network.rules.Rules;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns policies into the table of one node. Pure. A pod that some policy of a direction is about
 * may do only what one of them allows there; all others may do everything. Rules look at pods'
 * addresses in sets, so that pods come and go as elements.
 */
final class PolicyPlanner {
  private final World world;
  private final Map<String, Chain> policyChains = new TreeMap<>();
  private final Map<String, Chain> podChains = new TreeMap<>();
  private final Map<String, SetSpec> sets = new TreeMap<>();
  private final Map<String, Map<Bytes, Element>> elements = new TreeMap<>();
  private final Map<PodScope, List<PolicyPod>> chosen = new LinkedHashMap<>();

  private PolicyPlanner(World world) {
    this.world = world;
  }

  /** The table; empty where the cluster has no policies, and packets then meet nothing of ours. */
  static PolicyTable plan(World world) {
    if (world.policies().isEmpty()) {
      return PolicyTable.EMPTY;
    }
    PolicyPlanner planner = new PolicyPlanner(world);
    for (AddressFamily family : AddressFamily.values()) {
      planner.set(SetSpec.set(BaseChains.known(family), List.of(family.type())));
      planner.set(SetSpec.set(BaseChains.itself(family), List.of(family.type(), family.type())));
      for (Direction direction : Direction.values()) {
        planner.set(SetSpec.verdicts(direction.subjects(family), List.of(family.type())));
      }
    }
    world.own().forEach(planner::known);
    for (Direction direction : Direction.values()) {
      planner.judge(direction);
    }
    Map<String, Chain> chains = new LinkedHashMap<>(planner.policyChains);
    chains.putAll(planner.podChains);
    return new PolicyTable(BaseChains.all(world.ranges()), chains, planner.sets, planner.elements);
  }

  private void set(SetSpec spec) {
    sets.put(spec.name(), spec);
  }

  private void put(String set, Element element) {
    elements.computeIfAbsent(set, _ -> new LinkedHashMap<>()).put(element.key(), element);
  }

  private void known(PolicyPod pod) {
    for (AddressFamily family : AddressFamily.values()) {
      pod.addresses(family).forEach(a -> put(BaseChains.known(family), Element.of(a)));
    }
  }

  private List<PolicyPod> choose(PodScope scope) {
    return chosen.computeIfAbsent(scope, key -> key.choose(world));
  }

  private void judge(Direction direction) {
    Map<PolicyPod, Set<String>> judged = new LinkedHashMap<>();
    for (NetworkPolicy policy : world.policies()) {
      if (!PolicyRules.isAbout(policy, direction)) {
        continue;
      }
      List<PolicyPod> subjects = subjects(policy);
      if (!subjects.isEmpty()) {
        String chain = policyChain(policy, direction);
        subjects.forEach(pod -> judged.computeIfAbsent(pod, _ -> new LinkedHashSet<>()).add(chain));
      }
    }
    judged.forEach((pod, chains) -> subject(direction, pod, chains));
  }

  /** A selector that nobody understands selects nothing: the server does not let such ones in. */
  private List<PolicyPod> subjects(NetworkPolicy policy) {
    try {
      return choose(PodScope.subjects(policy, world.nodeName()));
    } catch (SelectorException e) {
      return List.of();
    }
  }

  private void subject(Direction direction, PolicyPod pod, Set<String> policies) {
    List<Rule> rules = new ArrayList<>();
    for (String policy : policies.stream().sorted().toList()) {
      rules.add(Rule.of(new Expression.Decide(Verdict.jump(policy))));
    }
    rules.add(Rule.of(new Expression.Decide(Verdict.DROP)));
    String name = direction.word() + "-pods-" + Names.digest(rules.toString());
    podChains.put(name, new Chain(name, Optional.empty(), rules));
    for (AddressFamily family : AddressFamily.values()) {
      for (Bytes address : pod.addresses(family)) {
        put(direction.subjects(family), Element.of(address, Verdict.go(name)));
        put(BaseChains.itself(family), Element.of(Names.joined(address, address)));
      }
    }
  }

  private String policyChain(NetworkPolicy policy, Direction direction) {
    List<Rule> rules = new ArrayList<>();
    for (PolicyRules.Allowed allowed : PolicyRules.of(policy, direction, world.nodeName())) {
      for (AddressFamily family : AddressFamily.values()) {
        rule(direction, family, allowed).ifPresent(rules::add);
      }
    }
    String name = direction.word() + "-policy-" + Names.digest(rules.toString());
    policyChains.put(name, new Chain(name, Optional.empty(), rules));
    return name;
  }

  private Optional<Rule> rule(
      Direction direction, AddressFamily family, PolicyRules.Allowed allowed) {
    Rules rule = Rules.of(family);
    switch (allowed.peer()) {
      case PolicyRules.Peer.Anybody _ -> {}
      case PolicyRules.Peer.Pods(PodScope scope) ->
          rule.then(
              direction.peer(family, 0), new Expression.Member(peers(family, scope), 0, false));
      case PolicyRules.Peer.Block block -> {
        if (block.range().family() != family) {
          return Optional.empty();
        }
        rule.then(block.match(direction, family));
      }
    }
    switch (allowed.port()) {
      case PolicyRules.Port.Any _ -> {}
      case PolicyRules.Port.Numbered numbered -> rule.then(numbered.match());
      case PolicyRules.Port.Named(int protocol, String name, PodScope servers) ->
          rule.then(Matches.destination(family, 0))
              .then(Matches.port(family.registers()))
              .then(new Expression.Member(named(family, servers, protocol, name), 0, false));
    }
    return Optional.of(rule.then(new Expression.Decide(Verdict.ACCEPT)).rule());
  }

  /** The set of the addresses of some pods. */
  private String peers(AddressFamily family, PodScope scope) {
    String set = "pods" + family.suffix() + "-" + Names.digest(scope.toString());
    if (!sets.containsKey(set)) {
      set(SetSpec.set(set, List.of(family.type())));
      choose(scope)
          .forEach(pod -> pod.addresses(family).forEach(address -> put(set, Element.of(address))));
    }
    return set;
  }

  /** The set of address, protocol and port where some pods serve under a port's name. */
  private String named(AddressFamily family, PodScope servers, int protocol, String name) {
    String what = servers + " " + protocol + " " + name;
    String set = "ports" + family.suffix() + "-" + Names.digest(what);
    if (!sets.containsKey(set)) {
      set(SetSpec.set(set, List.of(family.type(), PROTOCOL, PORT)));
      for (PolicyPod pod : choose(servers)) {
        for (PolicyPod.NamedPort port : pod.ports()) {
          if (port.name().equals(name) && port.protocol() == protocol) {
            pod.addresses(family).forEach(a -> put(set, Element.of(server(a, port))));
          }
        }
      }
    }
    return set;
  }

  private static Bytes server(Bytes address, PolicyPod.NamedPort port) {
    int at = address.length();
    ByteBuffer key = ByteBuffer.allocate(at + PROTOCOL.slotBytes() + PORT.slotBytes());
    key.put(address.toArray()).put(at, (byte) port.protocol());
    return Bytes.copyOf(key.putShort(at + PROTOCOL.slotBytes(), (short) port.port()).array());
  }
}
