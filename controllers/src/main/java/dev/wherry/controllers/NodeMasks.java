package dev.wherry.controllers;

import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.address.IpFamily;

/**
 * Into how large parts the cluster's ranges of pods are cut for its nodes, as prefix lengths
 * (kube-controller-manager setNodeCIDRMaskSizes). 0 is the family's usual one.
 *
 * @param only in a cluster of one family
 */
public record NodeMasks(int only, int ipv4, int ipv6) {
  public static final NodeMasks DEFAULT = new NodeMasks(0, 0, 0);

  private static final String FLAG = "--node-cidr-mask-size";

  /** No range is cut into more than 65,536 parts. */
  private static final int PARTS_BITS_MAX = 16;

  /** A node has a gateway and a pod at least. */
  private static final int ADDRESS_BITS_MIN = 2;

  /** Prefix length of the parts of a range. */
  public int bits(IpFamily family) {
    int own = only > 0 ? only : family == IpFamily.IPV4 ? ipv4 : ipv6;
    return own > 0 ? own : ClusterRanges.nodeBits(family);
  }

  /**
   * Whether the cluster's ranges can be cut so.
   *
   * @throws IllegalArgumentException with a sentence that names the flag and what to write
   */
  public void check(ClusterRanges ranges) {
    if (only != 0 && (ipv4 != 0 || ipv6 != 0)) {
      throw new IllegalArgumentException(
          "%s and %s-ipv4 or %s-ipv6 exclude each other".formatted(FLAG, FLAG, FLAG));
    }
    if (ranges.isDual() && only != 0) {
      throw new IllegalArgumentException(
          "%s is for clusters of one family: write %s-ipv4 and %s-ipv6"
              .formatted(FLAG, FLAG, FLAG));
    }
    if (!ranges.isDual() && (ranges.family() == IpFamily.IPV4 ? ipv6 : ipv4) != 0) {
      throw new IllegalArgumentException(
          "%s-%s is for a family that %s=%s has not"
              .formatted(
                  FLAG,
                  ranges.family() == IpFamily.IPV4 ? "ipv6" : "ipv4",
                  ClusterRanges.PODS_FLAG,
                  ClusterRanges.text(ranges.pods())));
    }
    ranges.pods().forEach(this::check);
  }

  private void check(AddressRange range) {
    int bits = bits(range.family());
    int most =
        Math.min(range.prefixBits() + PARTS_BITS_MAX, range.family().bits() - ADDRESS_BITS_MIN);
    if (bits < range.prefixBits() || bits > most) {
      throw new IllegalArgumentException(
          "%s=%d does not fit %s=%s: choose from %d to %d"
              .formatted(FLAG, bits, ClusterRanges.PODS_FLAG, range, range.prefixBits(), most));
    }
  }
}
