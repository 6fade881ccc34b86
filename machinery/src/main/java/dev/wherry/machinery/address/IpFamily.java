package dev.wherry.machinery.address;

/** IPv4 or IPv6, as Services' {@code ipFamilies} and slices' {@code addressType} name them. */
public enum IpFamily {
  IPV4("IPv4", 4),
  IPV6("IPv6", 16);

  private final String label;
  private final int bytes;

  IpFamily(String label, int bytes) {
    this.label = label;
    this.bytes = bytes;
  }

  /** The family of a text that is an address or a range of addresses. */
  public static IpFamily of(String address) {
    return address.contains(":") ? IPV6 : IPV4;
  }

  public IpFamily other() {
    return this == IPV4 ? IPV6 : IPV4;
  }

  /** {@code IPv4} or {@code IPv6}. */
  public String label() {
    return label;
  }

  /** Of an address. */
  public int bytes() {
    return bytes;
  }

  /** Of an address. */
  public int bits() {
    return bytes * Byte.SIZE;
  }
}
