package dev.wherry.network.dns.zone;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.ResourceRecord.Data;
import dev.wherry.network.dns.zone.ServiceRecords.Addressed;
import dev.wherry.network.dns.zone.ServiceRecords.Headless;
import dev.wherry.network.dns.zone.ServiceRecords.Offer;
import dev.wherry.network.dns.zone.ServiceRecords.Port;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One question about one Service (specification 2.3 and 2.4).
 *
 * @param name what was asked for: the Service's name with so many labels before it
 */
record ServiceLookup(ClusterZone.Names names, ObjectKey key, DomainName name, int type) {
  private static final int TTL = ClusterZone.TTL_SECONDS;
  private static final int PRIORITY = 0;

  /** The sum of the weights of a port's records, as CoreDNS shares it out. */
  private static final int WEIGHTS = 100;

  Lookup addressed(Addressed service, int labels) {
    return switch (labels) {
      case 0 -> addresses(service.addresses());
      case 1 -> {
        List<Bytes> host = service.hosts().get(name.label(0));
        yield host != null
            ? addresses(host)
            : underscore(service.ports().stream().map(Port::protocol).toList());
      }
      case 2 ->
          locations(
              service.ports().stream()
                  .filter(this::isAskedFor)
                  .map(port -> new Place(port.number(), ""))
                  .toList(),
              service.addresses());
      default -> Lookup.MISSING;
    };
  }

  Lookup headless(Headless service, int labels) {
    return switch (labels) {
      case 0 ->
          service.hosts().isEmpty()
              ? Lookup.MISSING
              : addresses(service.hosts().values().stream().flatMap(List::stream).toList());
      case 1 -> {
        List<Bytes> host = service.hosts().get(name.label(0));
        yield host != null
            ? addresses(host)
            : underscore(service.offers().stream().map(offer -> offer.port().protocol()).toList());
      }
      case 2 -> endpoints(service);
      default -> Lookup.MISSING;
    };
  }

  private Lookup addresses(List<Bytes> addresses) {
    List<ResourceRecord> records = new ArrayList<>();
    for (Bytes address : addresses) {
      ResourceRecord record = ResourceRecord.address(name, TTL, address);
      if (record.type() == type) {
        records.add(record);
      }
    }
    return new Lookup.Found(records, List.of());
  }

  /** {@code _tcp} alone is no record's name, but above some (RFC 8020). */
  private Lookup underscore(List<String> protocols) {
    String label = name.label(0);
    boolean above = label.startsWith("_") && protocols.contains(label.substring(1));
    return above ? Lookup.EMPTY : Lookup.MISSING;
  }

  private boolean isAskedFor(Port port) {
    return name.label(0).equals("_" + port.name()) && name.label(1).equals("_" + port.protocol());
  }

  /** Where a port is served: "" for the Service itself. */
  private record Place(int port, String host) {}

  private Lookup endpoints(Headless service) {
    Set<Place> places = new LinkedHashSet<>();
    Set<Bytes> addresses = new LinkedHashSet<>();
    List<ResourceRecord> additionals = new ArrayList<>();
    for (Offer offer : service.offers()) {
      if (isAskedFor(offer.port())) {
        for (String host : offer.hosts()) {
          if (places.add(new Place(offer.port().number(), host))) {
            for (Bytes address : service.hosts().getOrDefault(host, List.of())) {
              if (addresses.add(address)) {
                additionals.add(ResourceRecord.address(names.host(key, host), TTL, address));
              }
            }
          }
        }
      }
    }
    return located(List.copyOf(places), additionals);
  }

  private Lookup locations(List<Place> places, List<Bytes> addresses) {
    List<ResourceRecord> additionals =
        addresses.stream().map(a -> ResourceRecord.address(names.service(key), TTL, a)).toList();
    return located(places, additionals);
  }

  private Lookup located(List<Place> places, List<ResourceRecord> additionals) {
    if (places.isEmpty()) {
      return Lookup.MISSING;
    }
    if (type != RecordType.SRV) {
      return Lookup.EMPTY;
    }
    int weight = Math.max(1, WEIGHTS / places.size());
    List<ResourceRecord> records = new ArrayList<>();
    for (Place place : places) {
      Data data = new Data.Location(PRIORITY, weight, place.port(), names.host(key, place.host()));
      records.add(new ResourceRecord(name, RecordType.SRV, TTL, data));
    }
    return new Lookup.Found(records, additionals);
  }
}
