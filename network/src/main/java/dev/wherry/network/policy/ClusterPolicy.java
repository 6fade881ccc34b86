package dev.wherry.network.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.selector.Labels;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.policy.PolicyRules.Allowed;
import dev.wherry.network.policy.PolicyRules.Peer;
import dev.wherry.network.policy.PolicyRules.Port;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A ClusterNetworkPolicy (policy.networking.k8s.io/v1alpha2) as one node judges by it. What of it
 * nobody here understands fails closed: an Accept of it matches nothing, anything else denies all,
 * as the API's own text asks.
 *
 * @param subject the pods of this node that it is about
 * @param ingress its rules in their order
 * @param egress likewise
 */
record ClusterPolicy(
    Tier tier,
    int priority,
    String name,
    PodScope subject,
    List<Judged> ingress,
    List<Judged> egress)
    implements Comparable<ClusterPolicy> {
  static final Kind<TreeObject> KIND =
      TreeObject.kind(
          new KindInfo(
              "policy.networking.k8s.io",
              "v1alpha2",
              "ClusterNetworkPolicy",
              "clusternetworkpolicies",
              false));

  private static final int PORT_MAX = 65_535;

  /** Before or after the policies of namespaces. */
  enum Tier {
    ADMIN,
    BASELINE
  }

  /**
   * What happens to some traffic.
   *
   * @param verdict RETURN where the rest of the tier is passed by
   */
  record Judged(Verdict verdict, Allowed traffic) {}

  ClusterPolicy {
    ingress = List.copyOf(ingress);
    egress = List.copyOf(egress);
  }

  /** Empty where nobody knows whom it is about. */
  static Optional<ClusterPolicy> of(TreeObject policy, String node) {
    JsonNode spec = policy.spec();
    PodScope subject = pods(spec.path("subject"), node);
    if (subject == null) {
      return Optional.empty();
    }
    return Optional.of(
        new ClusterPolicy(
            Trees.text(spec, "tier").equals("Baseline") ? Tier.BASELINE : Tier.ADMIN,
            spec.path("priority").asInt(),
            policy.metadata().name(),
            subject,
            rules(spec.path("ingress"), "from", peer -> subject),
            rules(spec.path("egress"), "to", peer -> peer)));
  }

  List<Judged> rules(Direction direction) {
    return direction == Direction.INGRESS ? ingress : egress;
  }

  /** Lower priorities first; of two with one the API leaves the order to us. */
  @Override
  public int compareTo(ClusterPolicy other) {
    int byPriority = Integer.compare(priority, other.priority);
    return byPriority == 0 ? name.compareTo(other.name) : byPriority;
  }

  /** Whose ports a name means, by who is on the other side. */
  private interface Servers {
    PodScope of(PodScope peer);
  }

  private static List<Judged> rules(JsonNode rules, String peers, Servers servers) {
    List<Judged> all = new ArrayList<>();
    for (JsonNode rule : rules) {
      Verdict verdict =
          switch (Trees.text(rule, "action")) {
            case "Accept" -> Verdict.ACCEPT;
            case "Pass" -> Verdict.RETURN;
            default -> Verdict.DROP;
          };
      for (JsonNode peer : rule.path(peers)) {
        List<Peer> others = peers(peer);
        if (others.isEmpty()) {
          closed(verdict, all);
        }
        others.forEach(other -> ports(rule.path("protocols"), other, verdict, servers, all));
      }
    }
    return all;
  }

  private static void closed(Verdict verdict, List<Judged> all) {
    if (!verdict.equals(Verdict.ACCEPT)) {
      all.add(new Judged(Verdict.DROP, new Allowed(new Peer.Anybody(), new Port.Any())));
    }
  }

  /** Whether rules are about nodes, which nobody needs to know else. */
  boolean namesNodes() {
    return egress.stream().anyMatch(each -> each.traffic().peer() instanceof Peer.Nodes);
  }

  /** Nobody where none is understood: domain names are of the experimental channel. */
  private static List<Peer> peers(JsonNode peer) {
    List<Peer> peers = new ArrayList<>();
    PodScope pods = pods(peer, "");
    if (pods != null) {
      peers.add(new Peer.Pods(pods));
    }
    Labels nodes = peer.path("nodes").isObject() ? Trees.labels(peer.path("nodes")) : null;
    if (nodes != null) {
      peers.add(new Peer.Nodes(nodes));
    }
    for (JsonNode network : peer.path("networks")) {
      try {
        peers.add(new Peer.Block(Cidr.parse(network.asText()), List.of()));
      } catch (IllegalArgumentException e) {
        return List.of();
      }
    }
    return peers;
  }

  /** Null where no pods are chosen by a selector that can be read. */
  private static @Nullable PodScope pods(JsonNode choice, String node) {
    JsonNode pods = choice.path("pods");
    Labels namespaces =
        Trees.labels(pods.isObject() ? pods.path("namespaceSelector") : choice.path("namespaces"));
    Labels labels = pods.isObject() ? Trees.labels(pods.path("podSelector")) : Labels.EVERYTHING;
    boolean chosen = pods.isObject() || choice.path("namespaces").isObject();
    return chosen && namespaces != null && labels != null
        ? new PodScope("", node, namespaces, labels)
        : null;
  }

  private static void ports(
      JsonNode protocols, Peer peer, Verdict verdict, Servers servers, List<Judged> all) {
    if (protocols.isEmpty()) {
      all.add(new Judged(verdict, new Allowed(peer, new Port.Any())));
    }
    for (JsonNode protocol : protocols) {
      Optional<Port> port = port(protocol, peer, servers);
      if (port.isPresent()) {
        all.add(new Judged(verdict, new Allowed(peer, port.get())));
      } else {
        closed(verdict, all);
      }
    }
  }

  private static Optional<Port> port(JsonNode protocol, Peer peer, Servers servers) {
    String named = Trees.text(protocol, "destinationNamedPort");
    if (!named.isEmpty()) {
      return peer instanceof Peer.Pods(PodScope pods)
          ? Optional.of(new Port.Named(Port.Named.ANY_PROTOCOL, named, servers.of(pods)))
          : Optional.empty();
    }
    for (String name : List.of("TCP", "UDP", "SCTP")) {
      JsonNode one = protocol.path(name.toLowerCase(java.util.Locale.ROOT));
      if (one.isObject()) {
        return Protocols.number(name).map(number -> numbered(number, one.path("destinationPort")));
      }
    }
    return Optional.empty();
  }

  private static Port numbered(int protocol, JsonNode port) {
    JsonNode range = port.path("range");
    int number = port.path("number").asInt();
    return range.isObject()
        ? new Port.Numbered(protocol, range.path("start").asInt(), range.path("end").asInt())
        : new Port.Numbered(protocol, number, number == 0 ? PORT_MAX : number);
  }
}
