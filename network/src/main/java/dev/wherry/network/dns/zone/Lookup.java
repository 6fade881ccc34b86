package dev.wherry.network.dns.zone;

import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.ResourceRecord;
import java.util.List;

/** What one name of the zone is, for one type. */
sealed interface Lookup {
  Lookup MISSING = new Missing();
  Lookup EMPTY = new Found(List.of(), List.of());

  /** There is no such name. */
  record Missing() implements Lookup {}

  /**
   * There is the name.
   *
   * @param records of the type asked for; none where it has others only, or is above others
   */
  record Found(List<ResourceRecord> records, List<ResourceRecord> additionals) implements Lookup {
    public Found {
      records = List.copyOf(records);
      additionals = List.copyOf(additionals);
    }
  }

  /** It is another one's name. */
  record Alias(DomainName target) implements Lookup {}
}
