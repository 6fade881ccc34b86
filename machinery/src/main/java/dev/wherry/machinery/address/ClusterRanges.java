package dev.wherry.machinery.address;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The ranges of a cluster's addresses, as kube-controller-manager and k3s name them: one of each
 * kind, both of the same IP family, or in a cluster of two families (dual stack) an IPv4 and then
 * an IPv6 one.
 *
 * @param pods {@code --cluster-cidr}: nodes get parts of each for their pods
 * @param services {@code --service-cidr}: where Services' addresses come from
 */
public record ClusterRanges(List<AddressRange> pods, List<AddressRange> services) {
  public static final String PODS_FLAG = "--cluster-cidr";
  public static final String SERVICES_FLAG = "--service-cidr";

  public static final String PODS_DEFAULT = "10.42.0.0/16";
  public static final String SERVICES_DEFAULT = "10.43.0.0/16";

  /** What is proposed to those who want IPv6. */
  public static final String PODS6_USUAL = "fd00:42::/48";

  public static final String SERVICES6_USUAL = "fd00:43::/112";

  private static final int RANGES_MAX = 2;
  private static final int API_PLACE = 1;
  private static final int DNS_PLACE = 10;

  /** No range is looked through further for a free one. */
  private static final long PARTS_MAX = 1 << 20;

  /** What nobody on the internet has (RFC 1918, 6598, 4193); a node's DNS answers no others. */
  private static final List<AddressRange> PRIVATE =
      Stream.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fd00::/8")
          .map(AddressRange::parse)
          .toList();

  /** What a cluster has unless told otherwise, said here and nowhere else. */
  public static final ClusterRanges DEFAULT = parse(PODS_DEFAULT, SERVICES_DEFAULT);

  /**
   * @throws IllegalArgumentException with a sentence that names the flag and what to write
   */
  public ClusterRanges {
    pods = List.copyOf(pods);
    services = List.copyOf(services);
    families(PODS_FLAG, pods);
    families(SERVICES_FLAG, services);
    pods.forEach(range -> check(PODS_FLAG, range, podBitsMin(range), nodeBits(range.family())));
    services.forEach(
        range -> check(SERVICES_FLAG, range, serviceBitsMin(range), serviceBitsMax(range)));
    if (!families(pods).equals(families(services))) {
      throw new IllegalArgumentException(
          "%s=%s and %s=%s are not of the same families: give both an IPv6 range, such as %s and %s, alone or behind an IPv4 one"
              .formatted(
                  PODS_FLAG,
                  text(pods),
                  SERVICES_FLAG,
                  text(services),
                  PODS6_USUAL,
                  SERVICES6_USUAL));
    }
    for (int i = 0; i < pods.size(); i++) {
      if (pods.get(i).overlaps(services.get(i))) {
        throw new IllegalArgumentException(
            "%s=%s and %s=%s overlap: choose two ranges that share no address"
                .formatted(PODS_FLAG, pods.get(i), SERVICES_FLAG, services.get(i)));
      }
    }
  }

  /**
   * Reads {@code 10.42.0.0/16} or {@code 10.42.0.0/16,fd00:42::/48}, each.
   *
   * @throws IllegalArgumentException as the constructor, and for texts that are no ranges
   */
  public static ClusterRanges parse(String pods, String services) {
    return new ClusterRanges(list(PODS_FLAG, pods), list(SERVICES_FLAG, services));
  }

  /**
   * What a flag says.
   *
   * @throws IllegalArgumentException with a sentence that names it
   */
  public static List<AddressRange> list(String flag, String text) {
    try {
      return Stream.of(text.split(",", -1)).map(AddressRange::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(flag + " " + e.getMessage(), e);
    }
  }

  /** As the flags take them. */
  public static String text(List<AddressRange> ranges) {
    return ranges.stream().map(AddressRange::toString).collect(Collectors.joining(","));
  }

  /**
   * Prefix of a node's part (kube-controller-manager's defaults): 256 addresses of IPv4, a network
   * of the usual size of IPv6.
   */
  public static int nodeBits(IpFamily family) {
    return family == IpFamily.IPV4 ? 24 : 64;
  }

  /** kube-controller-manager cuts no range into more than 65,536 parts. */
  private static int podBitsMin(AddressRange range) {
    return nodeBits(range.family()) - 16;
  }

  /** kube-apiserver takes no more than 20 bits of Services, of IPv6 no more than a network. */
  private static int serviceBitsMin(AddressRange range) {
    return range.family() == IpFamily.IPV4 ? 12 : 64;
  }

  /** In less the tenth address would be among those that are given out by chance. */
  private static int serviceBitsMax(AddressRange range) {
    return range.family().bits() - 5;
  }

  private static List<IpFamily> families(List<AddressRange> ranges) {
    return ranges.stream().map(AddressRange::family).toList();
  }

  private static void families(String flag, List<AddressRange> ranges) {
    if (ranges.size() > RANGES_MAX
        || families(ranges).stream().distinct().count() < ranges.size()) {
      throw new IllegalArgumentException(
          "%s=%s has more than one range of a family: write one, or an IPv4 and an IPv6 one"
              .formatted(flag, text(ranges)));
    }
    if (ranges.size() > 1 && ranges.getFirst().family() != IpFamily.IPV4) {
      throw new IllegalArgumentException(
          "%s=%s begins with IPv6: write the IPv4 range first".formatted(flag, text(ranges)));
    }
  }

  private static void check(String flag, AddressRange range, int bitsMin, int bitsMax) {
    if (range.prefixBits() < bitsMin || range.prefixBits() > bitsMax) {
      throw new IllegalArgumentException(
          "%s=%s has the wrong size: choose a range from /%d to /%d"
              .formatted(flag, range, bitsMin, bitsMax));
    }
    if (PRIVATE.stream().noneMatch(all -> all.contains(range))) {
      throw new IllegalArgumentException(
          "%s=%s is not private: choose a part of %s"
              .formatted(
                  flag,
                  range,
                  range.family() == IpFamily.IPV4
                      ? "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"
                      : "fd00::/8"));
    }
  }

  /** Whether pods and Services have addresses of two families. */
  public boolean isDual() {
    return pods.size() == RANGES_MAX;
  }

  /** The family of everybody's first address: nodes', pods' and Services'. */
  public IpFamily family() {
    return pods.getFirst().family();
  }

  /** The address of {@code default/kubernetes}. */
  public String apiAddress() {
    return services.getFirst().at(API_PLACE);
  }

  /** The address of {@code kube-system/kube-dns}, where upstream's distributions have it. */
  public String dnsAddress() {
    return services.getFirst().at(DNS_PLACE);
  }

  /**
   * A private range of the same size, the next one behind where there is one; empty where none is
   * free.
   *
   * @param isFree whether a range may be taken
   */
  public static Optional<AddressRange> another(AddressRange range, Predicate<AddressRange> isFree) {
    return PRIVATE.stream()
        .filter(all -> all.family() == range.family() && all.prefixBits() <= range.prefixBits())
        .flatMap(all -> parts(all, range))
        .filter(isFree)
        .findFirst();
  }

  private static Stream<AddressRange> parts(AddressRange all, AddressRange range) {
    int bits = range.prefixBits();
    long count = 1L << Math.min(bits - all.prefixBits(), Long.SIZE - 2);
    long first = all.contains(range) ? range.place(all, bits).longValue() + 1 : 0;
    return LongStream.range(0, Math.min(count, PARTS_MAX))
        .mapToObj(i -> all.part(bits, (first + i) % count));
  }
}
