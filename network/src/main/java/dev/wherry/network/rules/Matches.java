package dev.wherry.network.rules;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Expression;
import dev.wherry.network.nftables.Expression.Header;
import dev.wherry.network.nftables.Expression.MetaKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The pieces that rules of this table are put together from. */
public final class Matches {
  /**
   * The bit of the packet's mark that asks for masquerading; upstream's kube-proxy has the same.
   */
  public static final int MASQUERADE_MARK = 0x4000;

  private static final int ADDRESS_LOCAL = 2;

  /** Bits of connection states: established 2, related 4, new 8. */
  private static final int STATE_NEW = 8;

  private static final int STATE_ESTABLISHED = 2 | 4;
  private static final int STATUS_DESTINATION_TRANSLATED = 32;
  private static final int PORT_OFFSET = 2;
  private static final int PORT_BYTES = 2;

  private Matches() {}

  /** A number as registers hold it. */
  public static Bytes number(int value) {
    return Bytes.copyOf(
        ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array());
  }

  public static Bytes zeros(int count) {
    return Bytes.copyOf(new byte[count]);
  }

  public static List<Expression> family(AddressFamily family) {
    byte[] number = {(byte) family.family().number()};
    return List.of(
        new Expression.Meta(0, MetaKey.FAMILY),
        new Expression.Compare(0, true, Bytes.copyOf(number)));
  }

  public static List<Expression> protocol(int number) {
    return List.of(
        new Expression.Meta(0, MetaKey.PROTOCOL),
        new Expression.Compare(0, true, Bytes.copyOf(new byte[] {(byte) number})));
  }

  public static Expression source(AddressFamily family, int to) {
    return new Expression.Payload(to, Header.NETWORK, family.sourceOffset(), family.bytes());
  }

  public static Expression destination(AddressFamily family, int to) {
    return new Expression.Payload(to, Header.NETWORK, family.destinationOffset(), family.bytes());
  }

  /** Loads protocol and destination port into two registers. */
  public static List<Expression> port(int to) {
    return List.of(
        new Expression.Meta(to, MetaKey.PROTOCOL),
        new Expression.Payload(to + 1, Header.TRANSPORT, PORT_OFFSET, PORT_BYTES));
  }

  /** Compares the address in the first registers with a range. */
  public static List<Expression> within(Cidr range, boolean inside) {
    Bytes flip = zeros(range.address().length());
    return List.of(
        new Expression.Bitwise(0, 0, range.mask(), flip),
        new Expression.Compare(0, inside, range.address()));
  }

  /** Goes on when the address is one of this host's, or is none. */
  public static List<Expression> hostAddress(boolean source, boolean local) {
    return List.of(
        new Expression.AddressType(0, source),
        new Expression.Compare(0, local, number(ADDRESS_LOCAL)));
  }

  public static List<Expression> newConnection() {
    return connection(Expression.ConnectionKey.STATE, STATE_NEW);
  }

  /** Goes on for packets of known connections and those that belong to one. */
  public static List<Expression> establishedConnection() {
    return connection(Expression.ConnectionKey.STATE, STATE_ESTABLISHED);
  }

  public static List<Expression> translated() {
    return connection(Expression.ConnectionKey.STATUS, STATUS_DESTINATION_TRANSLATED);
  }

  private static List<Expression> connection(Expression.ConnectionKey key, int bit) {
    return List.of(
        new Expression.Connection(0, key),
        new Expression.Bitwise(0, 0, number(bit), number(0)),
        new Expression.Compare(0, false, number(0)));
  }

  public static List<Expression> markForMasquerade() {
    return mark(~MASQUERADE_MARK, MASQUERADE_MARK);
  }

  public static List<Expression> unmark() {
    return mark(~MASQUERADE_MARK, 0);
  }

  private static List<Expression> mark(int mask, int flip) {
    return List.of(
        new Expression.Meta(0, MetaKey.MARK),
        new Expression.Bitwise(0, 0, number(mask), number(flip)),
        new Expression.MetaSet(0, MetaKey.MARK));
  }

  public static List<Expression> marked() {
    return List.of(
        new Expression.Meta(0, MetaKey.MARK),
        new Expression.Bitwise(0, 0, number(MASQUERADE_MARK), number(0)),
        new Expression.Compare(0, false, number(0)));
  }
}
