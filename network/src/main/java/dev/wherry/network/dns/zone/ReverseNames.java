package dev.wherry.network.dns.zone;

import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import java.util.Optional;

/** The names that addresses have under in-addr.arpa (RFC 1035, 3.5) and ip6.arpa (RFC 3596). */
final class ReverseNames {
  private static final DomainName V4 = DomainName.of("in-addr.arpa");
  private static final DomainName V6 = DomainName.of("ip6.arpa");
  private static final int SUFFIX_LABELS = 2;
  private static final int V4_BYTES = 4;
  private static final int V6_BYTES = 16;
  private static final int OCTET_MAX = 255;
  private static final int OCTET_DIGITS_MAX = 3;
  private static final int HEX = 16;

  private ReverseNames() {}

  /** The address a name stands for, if it is the whole name of one. */
  static Optional<Bytes> address(DomainName name) {
    int labels = name.labelCount() - SUFFIX_LABELS;
    if (labels == V4_BYTES && name.isWithin(V4)) {
      return v4(name);
    }
    return labels == 2 * V6_BYTES && name.isWithin(V6) ? v6(name) : Optional.empty();
  }

  private static Optional<Bytes> v4(DomainName name) {
    byte[] address = new byte[V4_BYTES];
    for (int i = 0; i < V4_BYTES; i++) {
      int octet = octet(name.label(i));
      if (octet < 0) {
        return Optional.empty();
      }
      address[V4_BYTES - 1 - i] = (byte) octet;
    }
    return Optional.of(Bytes.copyOf(address));
  }

  private static int octet(String label) {
    int value = 0;
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      if (c < '0' || c > '9' || label.length() > OCTET_DIGITS_MAX) {
        return -1;
      }
      value = value * 10 + c - '0';
    }
    return value > OCTET_MAX || (label.length() > 1 && label.charAt(0) == '0') ? -1 : value;
  }

  private static Optional<Bytes> v6(DomainName name) {
    byte[] address = new byte[V6_BYTES];
    for (int i = 0; i < 2 * V6_BYTES; i++) {
      String label = name.label(i);
      int digit = label.length() == 1 ? Character.digit(label.charAt(0), HEX) : -1;
      if (digit < 0) {
        return Optional.empty();
      }
      int at = V6_BYTES - 1 - i / 2;
      address[at] |= (byte) (i % 2 == 0 ? digit : digit << 4);
    }
    return Optional.of(Bytes.copyOf(address));
  }
}
