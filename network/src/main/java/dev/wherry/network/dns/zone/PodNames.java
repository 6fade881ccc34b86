package dev.wherry.network.dns.zone;

import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Pods' records, {@code a-b-c-d.NAMESPACE.pod.DOMAIN}: whether a pod has the address is not looked
 * at (specification 2.6; CoreDNS calls it {@code pods insecure}).
 */
final class PodNames {
  private static final Pattern V4 = Pattern.compile("\\d{1,3}(-\\d{1,3}){3}");
  private static final Pattern V6 = Pattern.compile("[0-9a-f-]*--?[0-9a-f-]*");
  private static final int LABEL_CHARS_MAX = 39;

  private PodNames() {}

  static Lookup find(DomainName name, int type) {
    String label = name.label(0);
    if (label.length() > LABEL_CHARS_MAX) {
      return Lookup.MISSING;
    }
    Bytes address;
    try {
      if (V4.matcher(label).matches()) {
        address = literal(label.replace('-', '.'));
      } else if (V6.matcher(label).matches()) {
        address = literal(label.replace('-', ':'));
      } else {
        return Lookup.MISSING;
      }
    } catch (IllegalArgumentException e) {
      return Lookup.MISSING;
    }
    ResourceRecord record = ResourceRecord.address(name, ClusterZone.TTL_SECONDS, address);
    boolean wanted = type == record.type() && (type == RecordType.A || type == RecordType.AAAA);
    return wanted ? new Lookup.Found(List.of(record), List.of()) : Lookup.EMPTY;
  }

  private static Bytes literal(String text) {
    return Bytes.copyOf(InetAddress.ofLiteral(text).getAddress());
  }
}
