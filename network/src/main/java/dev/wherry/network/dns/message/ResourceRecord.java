package dev.wherry.network.dns.message;

import dev.wherry.model.Bytes;
import java.util.List;

/**
 * A record of class Internet.
 *
 * @param ttlSeconds how long it may be kept
 */
public record ResourceRecord(DomainName owner, int type, int ttlSeconds, Data data) {
  /** A record's data by how it is written. */
  public sealed interface Data {
    /** As it is. */
    record Raw(Bytes bytes) implements Data {}

    /** A name that may be compressed: CNAME, PTR, NS. */
    record Target(DomainName name) implements Data {}

    /** SRV (RFC 2782); its target is never compressed. */
    record Location(int priority, int weight, int port, DomainName target) implements Data {}
  }

  /**
   * An address record.
   *
   * @param address 4 or 16 bytes
   */
  public static ResourceRecord address(DomainName owner, int ttlSeconds, Bytes address) {
    int type = address.length() == 4 ? RecordType.A : RecordType.AAAA;
    return new ResourceRecord(owner, type, ttlSeconds, new Data.Raw(address));
  }

  /** A response's records of one kind that the answer may list in any order. */
  static boolean areAddresses(List<ResourceRecord> records) {
    return records.stream().allMatch(r -> r.type() == RecordType.A || r.type() == RecordType.AAAA);
  }
}
