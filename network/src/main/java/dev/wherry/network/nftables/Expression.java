package dev.wherry.network.nftables;

import dev.wherry.model.Bytes;

/**
 * One step of a rule. Registers are numbered 0 to 15, four bytes each; longer values take several
 * in a row. Numbers beside payload are in native byte order, as the kernel keeps them.
 */
public sealed interface Expression {
  /** Which header a payload offset counts from (NFT_PAYLOAD_*_HEADER). */
  enum Header {
    LINK,
    NETWORK,
    TRANSPORT
  }

  /** What is known of a packet beside its bytes (NFT_META_*). */
  enum MetaKey {
    MARK(3),
    FAMILY(15),
    PROTOCOL(16);

    private final int number;

    MetaKey(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /** What connection tracking knows (NFT_CT_*). */
  enum ConnectionKey {
    STATE,
    DIRECTION,
    STATUS
  }

  /** What becomes of a learned map's entry. */
  enum Learning {
    ADD,
    UPDATE,
    DELETE
  }

  record Payload(int to, Header header, int offset, int length) implements Expression {}

  record Meta(int to, MetaKey key) implements Expression {}

  record MetaSet(int from, MetaKey key) implements Expression {}

  /** Goes on when the register equals the value, or differs from it. */
  record Compare(int from, boolean equal, Bytes value) implements Expression {}

  /** Goes on when the register is neither below the first nor above the last value. */
  record Between(int from, Bytes first, Bytes last) implements Expression {}

  /** register = register and mask, xor flip. */
  record Bitwise(int from, int to, Bytes mask, Bytes flip) implements Expression {}

  /** Goes on when a set holds the key, or does not. */
  record Member(String set, int from, boolean inverted) implements Expression {}

  /** Loads a map's value; goes on only when there is one. */
  record MapValue(String map, int from, int to) implements Expression {}

  /** Takes a verdict map's verdict; goes on when there is none. */
  record MapVerdict(String map, int from) implements Expression {}

  record Load(int to, Bytes value) implements Expression {}

  record Decide(Verdict verdict) implements Expression {}

  /** New destination from registers. */
  record TranslateDestination(Family family, int address, int port) implements Expression {}

  /** New source: the address of the outgoing interface, with a random port. */
  record Masquerade() implements Expression {}

  /** A random number from {@code offset} to {@code offset + modulus - 1}. */
  record RandomNumber(int to, int modulus, int offset) implements Expression {}

  record Connection(int to, ConnectionKey key) implements Expression {}

  /** Whether an address is this host's (RTN_*): loads the type of address. */
  record AddressType(int to, boolean source) implements Expression {}

  /** Answers that the port is closed (ICMP port unreachable of the packet's family). */
  record RejectPort() implements Expression {}

  /** Answers a TCP packet with a reset. */
  record ResetConnection() implements Expression {}

  record Counter() implements Expression {}

  /**
   * A match of iptables (nft_compat), for chains that iptables keeps.
   *
   * @param info the structure of that name and revision
   */
  record Extension(String name, int revision, Bytes info) implements Expression {}

  /**
   * Writes into a learned map.
   *
   * @param timeoutMillis an entry's life after the last update; 0 when deleting
   */
  record Learn(String map, Learning how, int key, int value, long timeoutMillis)
      implements Expression {}
}
