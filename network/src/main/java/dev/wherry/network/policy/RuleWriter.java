package dev.wherry.network.policy;

import static dev.wherry.network.nftables.DataType.PORT;
import static dev.wherry.network.nftables.DataType.PROTOCOL;

import dev.wherry.model.Bytes;
import dev.wherry.model.selector.Labels;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes rules over some traffic, and the sets that they look into: pods come and go as elements of
 * sets, and rules stay. Filled by one thread.
 */
final class RuleWriter {
  private static final int ANY_PROTOCOL = PolicyRules.Port.Named.ANY_PROTOCOL;

  private final World world;
  private final Map<String, SetSpec> sets = new TreeMap<>();
  private final Map<String, Map<Bytes, Element>> elements = new TreeMap<>();
  private final Map<PodScope, List<PolicyPod>> chosen = new LinkedHashMap<>();

  RuleWriter(World world) {
    this.world = world;
  }

  Map<String, SetSpec> sets() {
    return sets;
  }

  Map<String, Map<Bytes, Element>> elements() {
    return elements;
  }

  void set(SetSpec spec) {
    sets.put(spec.name(), spec);
  }

  void put(String set, Element element) {
    elements.computeIfAbsent(set, _ -> new LinkedHashMap<>()).put(element.key(), element);
  }

  List<PolicyPod> choose(PodScope scope) {
    return chosen.computeIfAbsent(scope, key -> key.choose(world));
  }

  /** A rule for each family that the traffic may be of. */
  List<Rule> rules(Direction direction, PolicyRules.Allowed traffic, Verdict verdict) {
    List<Rule> rules = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      rule(direction, family, traffic, verdict).ifPresent(rules::add);
    }
    return rules;
  }

  private Optional<Rule> rule(
      Direction direction, AddressFamily family, PolicyRules.Allowed allowed, Verdict verdict) {
    Rules rule = Rules.of(family);
    switch (allowed.peer()) {
      case PolicyRules.Peer.Anybody _ -> {}
      case PolicyRules.Peer.Pods(PodScope scope) ->
          rule.then(
              direction.peer(family, 0), new Expression.Member(peers(family, scope), 0, false));
      case PolicyRules.Peer.Nodes(Labels labels) ->
          rule.then(
              direction.peer(family, 0), new Expression.Member(nodes(family, labels), 0, false));
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
    return Optional.of(rule.then(new Expression.Decide(verdict)).rule());
  }

  /** The set of the addresses of some pods. */
  private String peers(AddressFamily family, PodScope scope) {
    String set = "pods" + family.suffix() + "-" + Names.digest(scope.content());
    if (!sets.containsKey(set)) {
      set(SetSpec.set(set, List.of(family.type())));
      choose(scope)
          .forEach(pod -> pod.addresses(family).forEach(address -> put(set, Element.of(address))));
    }
    return set;
  }

  /** The set of the addresses of some nodes. */
  private String nodes(AddressFamily family, Labels labels) {
    String what = labels + " " + labels.nothing();
    String set = "nodes" + family.suffix() + "-" + Names.digest(what);
    if (!sets.containsKey(set)) {
      set(SetSpec.set(set, List.of(family.type())));
      for (PolicyNode node : world.nodes()) {
        if (labels.matches(node.labels())) {
          node.addresses(family).forEach(address -> put(set, Element.of(address)));
        }
      }
    }
    return set;
  }

  /** The set of address, protocol and port where some pods serve under a port's name. */
  private String named(AddressFamily family, PodScope servers, int protocol, String name) {
    String what = servers.content() + " " + protocol + " " + name;
    String set = "ports" + family.suffix() + "-" + Names.digest(what);
    if (!sets.containsKey(set)) {
      set(SetSpec.set(set, List.of(family.type(), PROTOCOL, PORT)));
      for (PolicyPod pod : choose(servers)) {
        for (PolicyPod.NamedPort port : pod.ports()) {
          if (port.name().equals(name)
              && (protocol == ANY_PROTOCOL || port.protocol() == protocol)) {
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
