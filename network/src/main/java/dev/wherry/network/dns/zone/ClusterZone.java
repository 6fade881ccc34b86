package dev.wherry.network.dns.zone;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.Bytes;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.message.Rcode;
import dev.wherry.network.dns.message.RecordType;
import dev.wherry.network.dns.message.ResourceRecord;
import dev.wherry.network.dns.message.ResourceRecord.Data;
import dev.wherry.network.dns.message.Response;
import dev.wherry.network.dns.zone.ServiceRecords.Addressed;
import dev.wherry.network.dns.zone.ServiceRecords.Headless;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The zone of a cluster's domain and the reverse names of its addresses. One thread changes it, any
 * look things up: a question costs one look at the Services' map, or one at the addresses'.
 */
public final class ClusterZone {
  /** Clients keep answers so long, the absence of one too; CoreDNS has the same. */
  public static final int TTL_SECONDS = 5;

  private static final int CHAIN_MAX = 8;

  private final DomainName domain;
  private final int depth;
  private final ZoneHead head;
  private final Names names;
  private final Map<ObjectKey, ServiceRecords> services = new ConcurrentHashMap<>();
  private final Map<Bytes, List<Owner>> owners = new ConcurrentHashMap<>();
  private final Set<String> namespaces = ConcurrentHashMap.newKeySet();
  private volatile boolean ready;

  /**
   * Who has an address.
   *
   * @param host "" for the Service itself
   */
  private record Owner(ObjectKey service, String host) {}

  /** Names as entries need them. */
  record Names(DomainName domain) {
    DomainName service(ObjectKey key) {
      return domain.under(key.name(), key.namespace(), "svc");
    }

    DomainName host(ObjectKey key, String host) {
      return host.isEmpty() ? service(key) : domain.under(host, key.name(), key.namespace(), "svc");
    }
  }

  /**
   * An empty zone, not ready yet.
   *
   * @param servers the addresses at which pods ask
   */
  public ClusterZone(DomainName domain, List<Bytes> servers, InstantSource clock) {
    this.domain = domain;
    this.depth = domain.labelCount();
    this.head = new ZoneHead(domain, servers, clock);
    this.names = new Names(domain);
  }

  public DomainName domain() {
    return domain;
  }

  /** From now on a name that is not here does not exist. */
  void markReady() {
    ready = true;
  }

  public boolean isReady() {
    return ready;
  }

  /** How many Services have names. */
  public int size() {
    return services.size();
  }

  void putNamespace(String name) {
    namespaces.add(name);
  }

  void removeNamespace(String name) {
    namespaces.remove(name);
  }

  Set<ObjectKey> keys() {
    return services.keySet();
  }

  /** Changes what a Service has; on the one thread that changes anything. */
  void put(ObjectKey key, Optional<ServiceRecords> records) {
    ServiceRecords before =
        records.isPresent() ? services.put(key, records.get()) : services.remove(key);
    ServiceRecords after = records.orElse(null);
    if (Objects.equals(before, after)) {
      return;
    }
    Map<Bytes, String> old = before == null ? Map.of() : addresses(before);
    Map<Bytes, String> now = after == null ? Map.of() : addresses(after);
    old.forEach((address, host) -> {
      if (!host.equals(now.get(address))) {
        change(address, new Owner(key, host), false);
      }
    });
    now.forEach((address, host) -> {
      if (!host.equals(old.get(address))) {
        change(address, new Owner(key, host), true);
      }
    });
    head.changed();
  }

  private void change(Bytes address, Owner owner, boolean add) {
    owners.compute(
        address,
        (_, known) -> {
          List<Owner> next = new ArrayList<>(known == null ? List.of() : known);
          next.remove(owner);
          if (add) {
            next.add(owner);
          }
          return next.isEmpty() ? null : List.copyOf(next);
        });
  }

  /** The addresses that lead back to a Service, with the host that each is. */
  private static Map<Bytes, String> addresses(ServiceRecords records) {
    Map<Bytes, String> all = new LinkedHashMap<>();
    switch (records) {
      case Addressed addressed -> addressed.addresses().forEach(a -> all.put(a, ""));
      case Headless headless ->
          headless.hosts().forEach((host, list) -> list.forEach(a -> all.put(a, host)));
      case ServiceRecords.External _ -> {}
    }
    return all;
  }

  /** What there is to a name; never waits. */
  public Finding find(DomainName name, int type) {
    if (!name.isWithin(domain)) {
      return reverse(name, type);
    }
    if (!ready) {
      return new Finding.NotReady();
    }
    List<ResourceRecord> chain = new ArrayList<>();
    DomainName at = name;
    while (true) {
      switch (lookUp(at, type)) {
        case Lookup.Missing _ -> {
          return known(Rcode.NXDOMAIN, chain, head.absence(), List.of());
        }
        case Lookup.Found(var records, var additionals) -> {
          chain.addAll(records);
          return known(
              Rcode.NOERROR, chain, records.isEmpty() ? head.absence() : List.of(), additionals);
        }
        case Lookup.Alias(var target) -> {
          chain.add(new ResourceRecord(at, RecordType.CNAME, TTL_SECONDS, new Data.Target(target)));
          if (type == RecordType.CNAME) {
            return known(Rcode.NOERROR, chain, List.of(), List.of());
          }
          if (chain.size() > CHAIN_MAX) {
            return known(Rcode.SERVFAIL, List.of(), List.of(), List.of());
          }
          if (!target.isWithin(domain)) {
            return new Finding.Follow(chain, target);
          }
          at = target;
        }
      }
    }
  }

  private static Finding known(
      int rcode,
      List<ResourceRecord> answers,
      List<ResourceRecord> authorities,
      List<ResourceRecord> additionals) {
    return new Finding.Known(new Response(rcode, true, answers, authorities, additionals));
  }

  private Finding reverse(DomainName name, int type) {
    List<Owner> found = ReverseNames.address(name).map(owners::get).orElse(null);
    if (found == null) {
      return new Finding.Outside();
    }
    if (type != RecordType.PTR) {
      return known(Rcode.NOERROR, List.of(), List.of(head.authority(name)), List.of());
    }
    List<ResourceRecord> records = new ArrayList<>();
    for (Owner owner : found) {
      Data target = new Data.Target(names.host(owner.service(), owner.host()));
      records.add(new ResourceRecord(name, RecordType.PTR, TTL_SECONDS, target));
    }
    return known(Rcode.NOERROR, records, List.of(), List.of());
  }

  private Lookup lookUp(DomainName name, int type) {
    int labels = name.labelCount() - depth;
    return switch (labels == 0 ? "" : name.label(labels - 1)) {
      case "" -> head.apex(type);
      case "svc" -> service(name, labels - 1, type);
      case "pod" -> pod(name, labels - 1, type);
      default -> head.find(name, labels, type);
    };
  }

  /**
   * @param labels how many there are before {@code svc}
   */
  private Lookup service(DomainName name, int labels, int type) {
    if (labels == 0) {
      return Lookup.EMPTY;
    }
    String namespace = name.label(labels - 1);
    if (labels == 1) {
      return namespaces.contains(namespace) ? Lookup.EMPTY : Lookup.MISSING;
    }
    ObjectKey key = new ObjectKey(namespace, name.label(labels - 2));
    ServiceRecords records = services.get(key);
    if (records == null) {
      return Lookup.MISSING;
    }
    return switch (records) {
      case ServiceRecords.External(var target) ->
          labels == 2 ? new Lookup.Alias(target) : Lookup.MISSING;
      case Addressed addressed ->
          new ServiceLookup(names, key, name, type).addressed(addressed, labels - 2);
      case Headless headless ->
          new ServiceLookup(names, key, name, type).headless(headless, labels - 2);
    };
  }

  private Lookup pod(DomainName name, int labels, int type) {
    if (labels == 0) {
      return Lookup.EMPTY;
    }
    if (labels > 2 || !namespaces.contains(name.label(labels - 1))) {
      return Lookup.MISSING;
    }
    return labels == 1 ? Lookup.EMPTY : PodNames.find(name, type);
  }
}
