package dev.wherry.network.dns.zone;

import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.ResourceRecord.Data;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;

/** What a zone says of itself: its authority (SOA), its server, the schema's version. */
final class ZoneHead {
  /** The specification this zone follows. */
  static final String SCHEMA_VERSION = "1.1.0";

  private static final int REFRESH_SECONDS = 7200;
  private static final int RETRY_SECONDS = 1800;
  private static final int EXPIRE_SECONDS = 86_400;

  private final DomainName domain;
  private final DomainName server;
  private final List<Bytes> addresses;
  private final InstantSource clock;
  private final Bytes version;
  private volatile Bytes authority;

  ZoneHead(DomainName domain, List<Bytes> addresses, InstantSource clock) {
    this.domain = domain;
    this.server = domain.under("ns", "dns");
    this.addresses = List.copyOf(addresses);
    this.clock = clock;
    byte[] text = SCHEMA_VERSION.getBytes(StandardCharsets.US_ASCII);
    byte[] counted = new byte[text.length + 1];
    counted[0] = (byte) text.length;
    System.arraycopy(text, 0, counted, 1, text.length);
    this.version = Bytes.copyOf(counted);
    this.authority = data();
  }

  /** The zone has a new state. */
  void changed() {
    authority = data();
  }

  private Bytes data() {
    ByteBuf out = Unpooled.buffer();
    server.writeTo(out);
    domain.under("hostmaster").writeTo(out);
    out.writeInt((int) clock.instant().getEpochSecond());
    out.writeInt(REFRESH_SECONDS).writeInt(RETRY_SECONDS).writeInt(EXPIRE_SECONDS);
    out.writeInt(ClusterZone.TTL_SECONDS);
    return Bytes.copyOf(ByteBufUtil.getBytes(out));
  }

  /** What goes with every absence, that clients may keep it (RFC 2308). */
  List<ResourceRecord> absence() {
    return List.of(authority(domain));
  }

  ResourceRecord authority(DomainName owner) {
    return record(owner, RecordType.SOA, new Data.Raw(authority));
  }

  private static ResourceRecord record(DomainName owner, int type, Data data) {
    return new ResourceRecord(owner, type, ClusterZone.TTL_SECONDS, data);
  }

  /** The zone's own name. */
  Lookup apex(int type) {
    return switch (type) {
      case RecordType.SOA -> new Lookup.Found(absence(), List.of());
      case RecordType.NS ->
          new Lookup.Found(
              List.of(record(domain, RecordType.NS, new Data.Target(server))), servers(server));
      default -> Lookup.EMPTY;
    };
  }

  private List<ResourceRecord> servers(DomainName owner) {
    return addresses.stream()
        .map(address -> ResourceRecord.address(owner, ClusterZone.TTL_SECONDS, address))
        .toList();
  }

  /**
   * The names that are neither Services' nor pods'.
   *
   * @param labels how many there are before the domain
   */
  Lookup find(DomainName name, int labels, int type) {
    String last = name.label(labels - 1);
    if (last.equals("dns-version") && labels == 1) {
      return type == RecordType.TXT
          ? new Lookup.Found(List.of(record(name, type, new Data.Raw(version))), List.of())
          : Lookup.EMPTY;
    }
    if (last.equals("dns") && labels == 1) {
      return Lookup.EMPTY;
    }
    if (name.equals(server)) {
      return new Lookup.Found(
          servers(name).stream().filter(record -> record.type() == type).toList(), List.of());
    }
    return Lookup.MISSING;
  }
}
