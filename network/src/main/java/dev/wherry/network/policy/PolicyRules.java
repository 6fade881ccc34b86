package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.model.IntOrString;
import dev.wherry.model.networking.v1.IPBlock;
import dev.wherry.model.networking.v1.NetworkPolicy;
import dev.wherry.model.networking.v1.NetworkPolicyEgressRule;
import dev.wherry.model.networking.v1.NetworkPolicyIngressRule;
import dev.wherry.model.networking.v1.NetworkPolicyPeer;
import dev.wherry.model.networking.v1.NetworkPolicyPort;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Expression.Header;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.rules.Matches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a policy allows, one pair of peer and port after the other. Pure. */
final class PolicyRules {
  private static final String INGRESS = "Ingress";
  private static final String EGRESS = "Egress";
  private static final int PORT_OFFSET = 2;
  private static final int PORT_BYTES = 2;
  private static final int PORT_MAX = 65_535;

  private PolicyRules() {}

  /** Somebody may use a port. */
  record Allowed(Peer peer, Port port) {}

  /** Who is on the other side. */
  sealed interface Peer {
    record Anybody() implements Peer {}

    record Pods(PodScope scope) implements Peer {}

    /** The addresses of nodes, and so pods with their network. */
    record Nodes(Labels labels) implements Peer {}

    /** A range but for some others. */
    record Block(Cidr range, List<Cidr> except) implements Peer {
      public Block {
        except = List.copyOf(except);
      }

      List<Expression> match(Direction direction, AddressFamily family) {
        List<Expression> match = new ArrayList<>();
        match.add(direction.peer(family, 0));
        match.addAll(Matches.within(range, true));
        for (Cidr each : except) {
          match.add(direction.peer(family, 0));
          match.addAll(Matches.within(each, false));
        }
        return match;
      }
    }
  }

  /** Which port of the side that serves. */
  sealed interface Port {
    record Any() implements Port {}

    /**
     * Ports of a protocol by number.
     *
     * @param from 0 for all of the protocol
     * @param to the last one
     */
    record Numbered(int protocol, int from, int to) implements Port {
      List<Expression> match() {
        List<Expression> match = new ArrayList<>(Matches.protocol(protocol));
        if (from > 0) {
          match.add(new Expression.Payload(0, Header.TRANSPORT, PORT_OFFSET, PORT_BYTES));
          match.add(
              from == to
                  ? new Expression.Compare(0, true, bytes(from))
                  : new Expression.Between(0, bytes(from), bytes(to)));
        }
        return match;
      }
    }

    /**
     * A port that each of the serving pods has under this name.
     *
     * @param protocol 0 for any
     */
    record Named(int protocol, String name, PodScope servers) implements Port {
      static final int ANY_PROTOCOL = 0;
    }
  }

  private static Bytes bytes(int port) {
    return Bytes.copyOf(ByteBuffer.allocate(PORT_BYTES).putShort((short) port).array());
  }

  /** Whether a policy says anything of a direction (its types; ingress where it names none). */
  static boolean isAbout(NetworkPolicy policy, Direction direction) {
    List<String> types = policy.spec().policyTypes();
    return switch (direction) {
      case INGRESS -> types.isEmpty() || types.contains(INGRESS);
      case EGRESS -> types.isEmpty() ? !policy.spec().egress().isEmpty() : types.contains(EGRESS);
    };
  }

  /** All that a policy allows in a direction. */
  static List<Allowed> of(NetworkPolicy policy, Direction direction, String node) {
    List<Allowed> all = new ArrayList<>();
    switch (direction) {
      case INGRESS -> {
        for (NetworkPolicyIngressRule rule : policy.spec().ingress()) {
          pairs(all, policy, direction, node, rule.from(), rule.ports());
        }
      }
      case EGRESS -> {
        for (NetworkPolicyEgressRule rule : policy.spec().egress()) {
          pairs(all, policy, direction, node, rule.to(), rule.ports());
        }
      }
    }
    return all;
  }

  private static void pairs(
      List<Allowed> all,
      NetworkPolicy policy,
      Direction direction,
      String node,
      List<NetworkPolicyPeer> peers,
      List<NetworkPolicyPort> ports) {
    List<Peer> others = new ArrayList<>();
    if (peers.isEmpty()) {
      others.add(new Peer.Anybody());
    }
    peers.forEach(peer -> peer(peer, policy.metadata().namespace()).ifPresent(others::add));
    for (Peer peer : others) {
      if (ports.isEmpty()) {
        all.add(new Allowed(peer, new Port.Any()));
      }
      for (NetworkPolicyPort port : ports) {
        port(port, peer, policy, direction, node).ifPresent(p -> all.add(new Allowed(peer, p)));
      }
    }
  }

  /** A peer that makes no sense allows nothing. */
  private static Optional<Peer> peer(NetworkPolicyPeer peer, String namespace) {
    try {
      IPBlock block = peer.ipBlock();
      if (block == null) {
        return Optional.of(new Peer.Pods(PodScope.peers(peer, namespace)));
      }
      return Optional.of(
          new Peer.Block(
              Cidr.parse(block.cidr()), block.except().stream().map(Cidr::parse).toList()));
    } catch (IllegalArgumentException | SelectorException e) {
      return Optional.empty();
    }
  }

  private static Optional<Port> port(
      NetworkPolicyPort port, Peer peer, NetworkPolicy policy, Direction direction, String node) {
    Optional<Integer> protocol = Protocols.number(port.protocol());
    if (protocol.isEmpty()) {
      return Optional.empty();
    }
    return switch (port.port()) {
      case null -> Optional.of(new Port.Numbered(protocol.get(), 0, PORT_MAX));
      case IntOrString.Int(int number) -> {
        Integer end = port.endPort();
        yield Optional.of(new Port.Numbered(protocol.get(), number, end == null ? number : end));
      }
      case IntOrString.Text(String name) ->
          servers(peer, policy, direction, node)
              .map(pods -> new Port.Named(protocol.get(), name, pods));
    };
  }

  /** Whose port a name means; addresses outside the cluster have no names for theirs. */
  private static Optional<PodScope> servers(
      Peer peer, NetworkPolicy policy, Direction direction, String node) {
    if (direction == Direction.INGRESS) {
      return Optional.of(PodScope.subjects(policy, node));
    }
    return switch (peer) {
      case Peer.Anybody _ -> Optional.of(PodScope.ALL);
      case Peer.Pods(PodScope scope) -> Optional.of(scope);
      case Peer.Nodes _, Peer.Block _ -> Optional.empty();
    };
  }
}
