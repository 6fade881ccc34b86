package dev.wherry.machinery.address;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Texts of IP addresses, read strictly and written in the one usual form. */
public final class AddressText {
  private static final int GROUPS = 8;
  private static final int OCTET_MAX = 255;
  private static final Pattern V4 =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

  private AddressText() {}

  /** Reads an address; empty for zones, mapped ones, leading zeros and what is none. */
  public static Optional<InetAddress> parse(String text) {
    boolean shaped =
        text.contains(":")
            ? text.chars().allMatch(c -> c == ':' || Character.digit(c, 16) >= 0)
            : V4.matcher(text).matches()
                && Arrays.stream(text.split("\\.", -1))
                    .allMatch(octet -> Integer.parseInt(octet) <= OCTET_MAX);
    try {
      return shaped ? Optional.of(InetAddress.ofLiteral(text)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The shortest form: the longest run of zeros left out (RFC 5952).
   *
   * @param bytes 4 or 16
   */
  public static String of(byte[] bytes) {
    return bytes.length == IpFamily.IPV4.bytes() ? v4(bytes) : v6(bytes);
  }

  public static String of(InetAddress address) {
    return of(address.getAddress());
  }

  /**
   * A host as it stands before a colon: an IPv6 address in brackets (RFC 3986, section 3.2.2).
   *
   * @param host a name or an address without brackets
   */
  public static String bracketed(String host) {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  private static String v4(byte[] bytes) {
    return "%d.%d.%d.%d"
        .formatted(bytes[0] & 0xff, bytes[1] & 0xff, bytes[2] & 0xff, bytes[3] & 0xff);
  }

  private static String v6(byte[] bytes) {
    String[] groups = new String[GROUPS];
    int best = -1;
    int bestLength = 1;
    for (int i = 0, run = 0; i < GROUPS; i++) {
      int group = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
      groups[i] = Integer.toHexString(group);
      run = group == 0 ? run + 1 : 0;
      if (run > bestLength) {
        bestLength = run;
        best = i - run + 1;
      }
    }
    if (best < 0) {
      return String.join(":", groups);
    }
    String head = String.join(":", Arrays.copyOf(groups, best));
    String tail = String.join(":", Arrays.copyOfRange(groups, best + bestLength, GROUPS));
    return head + "::" + tail;
  }
}
