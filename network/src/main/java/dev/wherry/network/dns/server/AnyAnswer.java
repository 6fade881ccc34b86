package dev.wherry.network.dns.server;

import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.ResourceRecord.Data;
import dev.wherry.network.dns.message.Response;
import java.util.List;

/**
 * The least answer to a question for all types (RFC 8482): nobody needs a real one, except to have
 * a large answer sent to somebody else.
 */
final class AnyAnswer {
  private static final int TTL_SECONDS = 8482;
  private static final Bytes DATA = Bytes.ofUtf8("\u0007RFC8482\u0000");

  private AnyAnswer() {}

  static Response to(DomainName name) {
    ResourceRecord record =
        new ResourceRecord(name, RecordType.HINFO, TTL_SECONDS, new Data.Raw(DATA));
    return new Response(Rcode.NOERROR, false, List.of(record), List.of(), List.of());
  }
}
