package dev.wherry.network.nftables;

/**
 * Where a packet goes on.
 *
 * @param code NF_DROP, NF_ACCEPT or an NFT_* verdict
 * @param chain of a jump or goto; else ""
 */
public record Verdict(int code, String chain) {
  public static final Verdict DROP = new Verdict(0, "");
  public static final Verdict ACCEPT = new Verdict(1, "");
  public static final Verdict RETURN = new Verdict(-5, "");

  public static Verdict jump(String chain) {
    return new Verdict(-3, chain);
  }

  /** Goes to a chain and does not come back here. */
  public static Verdict go(String chain) {
    return new Verdict(-4, chain);
  }
}
