package dev.wherry.machinery.address;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The ranges of a cluster's addresses, as kube-controller-manager and k3s name them.
 *
 * @param pods {@code --cluster-cidr}: nodes get parts of it for their pods
 * @param services {@code --service-cidr}: where Services' addresses come from
 */
public record ClusterRanges(Ipv4Range pods, Ipv4Range services) {
  public static final String PODS_FLAG = "--cluster-cidr";
  public static final String SERVICES_FLAG = "--service-cidr";

  public static final String PODS_DEFAULT = "10.42.0.0/16";
  public static final String SERVICES_DEFAULT = "10.43.0.0/16";

  /** Prefix of a node's part: 256 addresses (kube-controller-manager's default). */
  public static final int NODE_BITS = 24;

  /** kube-controller-manager cuts no range into more than 65,536 parts. */
  private static final int PODS_BITS_MIN = NODE_BITS - 16;

  /** kube-apiserver takes no more than 20 bits of Services. */
  private static final int SERVICES_BITS_MIN = 12;

  /** In less the tenth address would be among those that are given out by chance. */
  private static final int SERVICES_BITS_MAX = 27;

  private static final int API_PLACE = 1;
  private static final int DNS_PLACE = 10;

  /** What nobody on the internet has (RFC 1918, RFC 6598); a node's DNS answers no others. */
  private static final List<Ipv4Range> PRIVATE =
      Stream.of("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
          .map(Ipv4Range::parse)
          .toList();

  /** What a cluster has unless told otherwise, said here and nowhere else. */
  public static final ClusterRanges DEFAULT = parse(PODS_DEFAULT, SERVICES_DEFAULT);

  /**
   * @throws IllegalArgumentException with a sentence that names the flag and what to write
   */
  public ClusterRanges {
    check(PODS_FLAG, pods, PODS_BITS_MIN, NODE_BITS);
    check(SERVICES_FLAG, services, SERVICES_BITS_MIN, SERVICES_BITS_MAX);
    if (pods.overlaps(services)) {
      throw new IllegalArgumentException(
          "%s=%s and %s=%s overlap: choose two ranges that share no address"
              .formatted(PODS_FLAG, pods, SERVICES_FLAG, services));
    }
  }

  /**
   * @throws IllegalArgumentException as the constructor, and for texts that are no ranges
   */
  public static ClusterRanges parse(String pods, String services) {
    return new ClusterRanges(range(PODS_FLAG, pods), range(SERVICES_FLAG, services));
  }

  private static Ipv4Range range(String flag, String text) {
    try {
      return Ipv4Range.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(flag + " " + e.getMessage(), e);
    }
  }

  private static void check(String flag, Ipv4Range range, int bitsMin, int bitsMax) {
    if (range.prefixBits() < bitsMin || range.prefixBits() > bitsMax) {
      throw new IllegalArgumentException(
          "%s=%s has the wrong size: choose a range from /%d to /%d"
              .formatted(flag, range, bitsMin, bitsMax));
    }
    if (PRIVATE.stream().noneMatch(all -> all.contains(range))) {
      throw new IllegalArgumentException(
          "%s=%s is not private: choose a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"
              .formatted(flag, range));
    }
  }

  /** The address of {@code default/kubernetes}. */
  public String apiAddress() {
    return services.at(API_PLACE);
  }

  /** The address of {@code kube-system/kube-dns}, where upstream's distributions have it. */
  public String dnsAddress() {
    return services.at(DNS_PLACE);
  }

  /**
   * A private range of the same size, the next one behind where there is one; empty where none is
   * free.
   *
   * @param isFree whether a range may be taken
   */
  public static Optional<Ipv4Range> another(Ipv4Range range, Predicate<Ipv4Range> isFree) {
    return PRIVATE.stream()
        .filter(all -> all.prefixBits() <= range.prefixBits())
        .flatMap(all -> parts(all, range))
        .filter(isFree)
        .findFirst();
  }

  private static Stream<Ipv4Range> parts(Ipv4Range all, Ipv4Range range) {
    int bits = range.prefixBits();
    int count = 1 << (bits - all.prefixBits());
    int width = 1 << (Integer.SIZE - bits);
    int first = all.contains(range) ? (range.network() - all.network()) / width + 1 : 0;
    return IntStream.range(0, count)
        .mapToObj(i -> new Ipv4Range(all.network() + (first + i) % count * width, bits));
  }
}
