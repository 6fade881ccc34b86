package dev.wherry.cli;

import dev.wherry.machinery.address.AddressText;
import dev.wherry.machinery.address.IpFamily;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;

/** How a node says where others reach it. */
final class NodeAddressFlags {
  @Option(
      names = "--node-ip",
      paramLabel = "ADDRESS",
      split = ",",
      description =
          "This host's address as others reach it; in a cluster of two IP families an IPv6 one may"
              + " follow.")
  private List<String> addresses = List.of();

  /**
   * "" where none was given.
   *
   * @throws IllegalArgumentException with a sentence, for more than an address of each family
   */
  String first() {
    boolean fine =
        addresses.stream().allMatch(ip -> AddressText.parse(ip).isPresent())
            && addresses.stream().map(IpFamily::of).distinct().count() == addresses.size();
    if (!fine || (addresses.size() > 1 && IpFamily.of(addresses.getFirst()) != IpFamily.IPV4)) {
      throw new IllegalArgumentException(
          "--node-ip=%s: write one address, or an IPv4 and then an IPv6 one"
              .formatted(String.join(",", addresses)));
    }
    return addresses.isEmpty() ? "" : addresses.getFirst();
  }

  /**
   * A server's.
   *
   * @param family of its cluster's first addresses
   * @throws IllegalArgumentException as {@link #first}, and for one of the other family
   */
  String first(IpFamily family) throws IOException {
    String given = first();
    if (given.isEmpty()) {
      return HostAddress.primary(family);
    }
    if (IpFamily.of(given) != family) {
      throw new IllegalArgumentException(
          "--node-ip=%s: pods and Services of this cluster have %s addresses; write one of the node's"
              .formatted(String.join(",", addresses), family.label()));
    }
    return given;
  }

  /** The one of the other family; "" where none was given. */
  String second() {
    return addresses.size() > 1 ? addresses.get(1) : "";
  }

  /** The flag again, for a process of its own. */
  List<String> arguments() {
    return addresses.isEmpty() ? List.of() : List.of("--node-ip=" + String.join(",", addresses));
  }
}
