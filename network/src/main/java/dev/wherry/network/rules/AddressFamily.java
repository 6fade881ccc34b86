package dev.wherry.network.rules;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.DataType;
import dev.wherry.network.nftables.Family;
import java.util.List;

/** What differs between IPv4 and IPv6: offsets in the header (RFC 791, RFC 8200) and names. */
public enum AddressFamily {
  V4(Family.IPV4, DataType.IPV4_ADDRESS, 4, 12, 16),
  V6(Family.IPV6, DataType.IPV6_ADDRESS, 16, 8, 24);

  private final Family family;
  private final DataType type;
  private final int bytes;
  private final int sourceOffset;
  private final int destinationOffset;

  AddressFamily(Family family, DataType type, int bytes, int sourceOffset, int destinationOffset) {
    this.family = family;
    this.type = type;
    this.bytes = bytes;
    this.sourceOffset = sourceOffset;
    this.destinationOffset = destinationOffset;
  }

  public static AddressFamily of(byte[] address) {
    return address.length == V4.bytes ? V4 : V6;
  }

  /** Those addresses that are of this family. */
  public List<Bytes> of(List<Bytes> addresses) {
    return addresses.stream().filter(address -> address.length() == bytes).toList();
  }

  public Family family() {
    return family;
  }

  public DataType type() {
    return type;
  }

  public int bytes() {
    return bytes;
  }

  public int registers() {
    return type.registers();
  }

  public int sourceOffset() {
    return sourceOffset;
  }

  public int destinationOffset() {
    return destinationOffset;
  }

  /** The end of the names of sets and chains that exist once per family. */
  public String suffix() {
    return this == V4 ? "4" : "6";
  }

  /** The addressType of this family's EndpointSlices. */
  public String sliceType() {
    return this == V4 ? "IPv4" : "IPv6";
  }
}
