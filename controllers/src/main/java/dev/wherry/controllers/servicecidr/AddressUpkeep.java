package dev.wherry.controllers.servicecidr;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.address.IpFamily;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.networking.v1.IPAddress;
import dev.wherry.model.networking.v1.IPAddressSpec;
import dev.wherry.model.networking.v1.ParentReference;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Brings back IPAddresses of Services that somebody deleted or changed, and deletes those that say
 * to be a Service's and are not (upstream's repairip.go). The server writes both in one
 * transaction, so only others' writes call for it.
 */
public final class AddressUpkeep implements KeyDriven {
  private static final int WORKERS = 1;

  /** Upstream's time for a Service to follow its address. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  /** An address and the Service that it was last said to be of. */
  private record Key(String ip, String namespace, String service) {}

  private final KeyedController<Key> keys;
  private final Informer<IPAddress> addresses;
  private final Informer<Service> services;
  private final Parts parts;

  public AddressUpkeep(Parts parts) {
    this.parts = parts;
    addresses = parts.informers().of(IPAddress.KIND);
    services = parts.informers().of(Service.KIND);
    keys = new KeyedController<>("address-upkeep", WORKERS, parts, this::mend);
    addresses.onChange(change -> {
      switch (change) {
        case Change.Added<IPAddress>(IPAddress now) -> seen(now);
        case Change.Updated<IPAddress>(IPAddress before, IPAddress now) -> {
          seen(before);
          seen(now);
        }
        case Change.Removed<IPAddress>(IPAddress last) -> seen(last);
      }
    });
  }

  private void seen(IPAddress address) {
    if (RangeUse.isManaged(address)) {
      ParentReference said = address.spec().parentRef();
      ParentReference parent = said == null ? ParentReference.EMPTY : said;
      keys.add(new Key(address.metadata().name(), parent.namespace(), parent.name()));
    }
  }

  private Outcome mend(Key key) {
    ApiClient client = parts.client();
    Optional<IPAddress> address = addresses.fresh(client, "", key.ip);
    Optional<Service> holder = holder(key);
    if (holder.isPresent()) {
      IPAddress wanted = of(key);
      if (address.filter(now -> isAs(now, wanted)).isPresent()) {
        return Outcome.DONE;
      }
      String message =
          "Cluster IP [%s]: %s is not allocated; repairing"
              .formatted(IpFamily.of(key.ip).label(), key.ip);
      parts.events().report(holder.get(), EventType.WARNING, "ClusterIPNotAllocated", message);
      address.ifPresent(this::delete);
      client.create(IPAddress.KIND, wanted);
      // The Service may have gone meanwhile, and then nobody else would delete it.
      return holder(key).isPresent() ? Outcome.DONE : new Outcome.Again(GRACE);
    }
    if (address.filter(RangeUse::isManaged).isEmpty()) {
      return Outcome.DONE;
    }
    Instant made = address.get().metadata().creationTimestamp();
    Duration left =
        GRACE.minus(made == null ? GRACE : Duration.between(made, parts.timer().instant()));
    if (left.isPositive()) {
      return new Outcome.Again(left);
    }
    String message =
        "IPAddress: %s for Service %s/%s appears to have leaked: cleaning up"
            .formatted(key.ip, key.namespace, key.service);
    parts.events().report(address.get(), EventType.WARNING, "IPAddressNotAllocated", message);
    delete(address.get());
    return Outcome.DONE;
  }

  private Optional<Service> holder(Key key) {
    return key.service.isEmpty()
        ? Optional.empty()
        : services
            .fresh(parts.client(), key.namespace, key.service)
            .filter(service -> service.spec().clusterIPs().contains(key.ip));
  }

  private void delete(IPAddress address) {
    parts
        .client()
        .delete(
            IPAddress.KIND,
            "",
            address.metadata().name(),
            DeleteOptions.ofUid(address.metadata().uid()));
  }

  private static boolean isAs(IPAddress now, IPAddress wanted) {
    return now.spec().equals(wanted.spec())
        && now.metadata().labels().entrySet().containsAll(wanted.metadata().labels().entrySet());
  }

  private static IPAddress of(Key key) {
    ParentReference parent =
        ParentReference.builder()
            .resource("services")
            .namespace(key.namespace)
            .name(key.service)
            .build();
    return IPAddress.builder()
        .metadata(
            ObjectMeta.builder()
                .name(key.ip)
                .labels(
                    Map.of(
                        "ipaddress.kubernetes.io/ip-family",
                        IpFamily.of(key.ip).label(),
                        RangeUse.MANAGED_BY,
                        RangeUse.ALLOCATOR))
                .build())
        .spec(IPAddressSpec.builder().parentRef(parent).build())
        .build();
  }

  @Override
  public KeyedController<Key> keys() {
    return keys;
  }
}
