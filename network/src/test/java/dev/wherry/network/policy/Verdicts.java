package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Verdict;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Matches;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A table judged by hand: the expressions of its rules over the registers, as the kernel does, for
 * a packet that begins a connection.
 */
record Verdicts(PolicyTable table) {
  private static final int REGISTERS_BYTES = 64;

  /** A forwarded packet. */
  record Packet(Bytes source, Bytes destination, int protocol, int port) {
    static Packet of(String source, String destination, String protocol, int port) {
      return new Packet(
          address(source), address(destination), Protocols.number(protocol).orElse(1), port);
    }

    private static Bytes address(String text) {
      return Bytes.copyOf(InetAddress.ofLiteral(text).getAddress());
    }
  }

  /** Whether a forwarded packet comes through both base chains. */
  boolean pass(Packet packet) {
    return passes(Chain.Point.FORWARD, packet);
  }

  /** Whether a packet for the node itself is let in. */
  boolean reachesNode(Packet packet) {
    return passes(Chain.Point.INPUT, packet);
  }

  private boolean passes(Chain.Point point, Packet packet) {
    return table.base().values().stream()
        .filter(chain -> chain.hook().map(Chain.Hook::point).equals(Optional.of(point)))
        .allMatch(chain -> judge(chain, packet).orElse(true));
  }

  /** Accepted or dropped; empty when the chain's end is reached. */
  private Optional<Boolean> judge(Chain chain, Packet packet) {
    for (Chain.Rule rule : chain.rules()) {
      Optional<Verdict> verdict = new Run(packet).rule(rule);
      if (verdict.isPresent()) {
        Verdict found = verdict.get();
        if (found.equals(Verdict.ACCEPT) || found.equals(Verdict.DROP)) {
          return Optional.of(found.equals(Verdict.ACCEPT));
        }
        if (found.equals(Verdict.RETURN)) {
          return Optional.empty();
        }
        Chain next = table.chains().get(found.chain());
        Optional<Boolean> there = judge(Objects.requireNonNull(next), packet);
        if (there.isPresent() || found.equals(Verdict.go(found.chain()))) {
          return there;
        }
      }
    }
    return Optional.empty();
  }

  private final class Run {
    private final Packet packet;
    private final byte[] registers = new byte[REGISTERS_BYTES];

    Run(Packet packet) {
      this.packet = packet;
    }

    Optional<Verdict> rule(Chain.Rule rule) {
      for (Expression each : rule.expressions()) {
        if (each instanceof Expression.Decide(Verdict decided)) {
          return Optional.of(decided);
        }
        if (each instanceof Expression.MapVerdict(String map, int from)) {
          Element element = table.elements(map).get(key(map, from));
          return element != null && element.value() instanceof Element.Value.Goes(Verdict goes)
              ? Optional.of(goes)
              : Optional.empty();
        }
        if (!step(each)) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    }

    private Bytes key(String set, int from) {
      int bytes = 0;
      for (var type : Objects.requireNonNull(table.sets().get(set)).key()) {
        bytes += type.slotBytes();
      }
      return Bytes.copyOf(Arrays.copyOfRange(registers, from * 4, from * 4 + bytes));
    }

    private boolean step(Expression expression) {
      return switch (expression) {
        case Expression.Payload(int to, var header, int offset, int length) ->
            load(to, header == Expression.Header.TRANSPORT ? port() : address(offset), length);
        case Expression.Meta(int to, var key) ->
            load(
                to,
                new byte[] {
                  (byte)
                      (key == Expression.MetaKey.PROTOCOL
                          ? packet.protocol()
                          : AddressFamily.of(packet.source().toArray()).family().number())
                },
                1);
        case Expression.Connection(int to, _) -> load(to, Matches.number(8).toArray(), 4);
        case Expression.Compare(int from, boolean equal, Bytes value) ->
            equal == (compare(from, value) == 0);
        case Expression.Between(int from, Bytes first, Bytes last) ->
            compare(from, first) >= 0 && compare(from, last) <= 0;
        case Expression.Bitwise(int from, int to, Bytes mask, Bytes flip) -> {
          for (int i = 0; i < mask.length(); i++) {
            registers[to * 4 + i] =
                (byte) (registers[from * 4 + i] & mask.toArray()[i] ^ flip.toArray()[i]);
          }
          yield true;
        }
        case Expression.Member(String set, int from, boolean inverted) ->
            table.elements(set).containsKey(key(set, from)) != inverted;
        default -> throw new IllegalStateException("not expected: " + expression);
      };
    }

    private int compare(int from, Bytes value) {
      byte[] present = Arrays.copyOfRange(registers, from * 4, from * 4 + value.length());
      return Arrays.compareUnsigned(present, value.toArray());
    }

    private boolean load(int to, byte[] value, int length) {
      Arrays.fill(registers, to * 4, to * 4 + (length + 3) / 4 * 4, (byte) 0);
      System.arraycopy(value, 0, registers, to * 4, length);
      return true;
    }

    private byte[] port() {
      return ByteBuffer.allocate(2).putShort((short) packet.port()).array();
    }

    private byte[] address(int offset) {
      AddressFamily family = AddressFamily.of(packet.source().toArray());
      return (offset == family.sourceOffset() ? packet.source() : packet.destination()).toArray();
    }
  }
}
