package dev.wherry.network.rtnetlink;

import dev.wherry.model.Bytes;
import dev.wherry.network.rules.Cidr;

/**
 * An address of an interface.
 *
 * @param link index of the interface
 * @param prefix length of its link's range in bits
 */
public record InterfaceAddress(int link, Bytes address, int prefix) {
  /** Whether another address is a neighbour on this link. */
  public boolean reaches(Bytes other) {
    return prefix < address.length() * Byte.SIZE
        && other.length() == address.length()
        && !other.equals(address)
        && range().equals(Cidr.of(other.toArray(), prefix));
  }

  /** The addresses that the link claims to reach. */
  public Cidr range() {
    return Cidr.of(address.toArray(), prefix);
  }
}
