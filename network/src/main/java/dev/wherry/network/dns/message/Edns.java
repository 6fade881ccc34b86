package dev.wherry.network.dns.message;

/**
 * What a message's OPT record says (RFC 6891).
 *
 * @param present whether there is one
 * @param udpBytes the largest datagram the sender takes
 * @param dnssecOk whether signatures are wanted
 */
public record Edns(boolean present, int version, int udpBytes, boolean dnssecOk) {
  /** Bytes of an OPT record without options. */
  public static final int RECORD_BYTES = 11;

  /** The largest datagram where nobody said more (RFC 1035). */
  public static final int PLAIN_UDP_BYTES = 512;

  static final int DNSSEC_OK = 0x8000;

  public static final Edns NONE = new Edns(false, 0, PLAIN_UDP_BYTES, false);
}
