package dev.wherry.network.nftables;

/** What packets a table sees (NFPROTO_*). */
public enum Family {
  INET(1),
  IPV4(2),
  IPV6(10);

  private final int number;

  Family(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** The family's name at the nft prompt. */
  public String keyword() {
    return switch (this) {
      case INET -> "inet";
      case IPV4 -> "ip";
      case IPV6 -> "ip6";
    };
  }
}
