package dev.wherry.controllers.balancer;

import dev.wherry.controllers.balancer.BalancerStatus.Problem;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.lease.AddressLeases;
import dev.wherry.machinery.loop.Action;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.coordination.v1.LeaseSpec;
import dev.wherry.model.core.v1.LoadBalancerIngress;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * Gives Services addresses of the pool, and each address a node that answers for it on its link,
 * written in a Lease that agents follow. A Service keeps its address and an address its node as
 * long as they can. One decision's state; used by one thread.
 */
final class PoolAddresses {
  private static final String V4 = "IPv4";

  private final AddressPool pool;
  private final Map<String, Lease> leases;
  private final Instant now;
  private final Map<String, Service> given = new LinkedHashMap<>();
  private final Map<String, String> owners = new HashMap<>();

  PoolAddresses(AddressPool pool, Collection<Lease> leases, Instant now) {
    this.pool = pool;
    this.leases =
        leases.stream()
            .filter(AddressLeases::isOne)
            .collect(Collectors.toMap(lease -> lease.metadata().name(), lease -> lease));
    this.now = now;
  }

  /**
   * What a Service gets.
   *
   * @param problem why it gets nothing
   */
  record Given(List<LoadBalancerIngress> addresses, Problem problem) {}

  boolean isEmpty() {
    return pool.isEmpty();
  }

  /** Addresses that Services have already are theirs, the oldest's where two have one. */
  void keep(List<Service> oldestFirst) {
    for (Service service : oldestFirst) {
      for (LoadBalancerIngress each : BalancerStatus.present(service)) {
        if (pool.contains(each.ip())) {
          owners.putIfAbsent(each.ip(), key(service));
        }
      }
    }
  }

  private static String key(Service service) {
    return service.metadata().namespace() + "/" + service.metadata().name();
  }

  Given give(Service service) {
    List<String> families = service.spec().ipFamilies();
    List<LoadBalancerIngress> addresses = new ArrayList<>();
    for (String family : families.isEmpty() ? List.of(V4) : families) {
      Optional<String> address = address(service, family);
      if (address.isEmpty()) {
        return new Given(List.of(), problem(service, family));
      }
      owners.put(address.get(), key(service));
      addresses.add(LoadBalancerIngress.builder().ip(address.get()).ipMode("VIP").build());
    }
    addresses.forEach(each -> given.put(each.ip(), service));
    return new Given(addresses, BalancerStatus.FINE);
  }

  private Optional<String> address(Service service, String family) {
    String wish = service.spec().loadBalancerIP();
    if (!wish.isEmpty() && AddressPool.familyOf(wish).equals(family)) {
      return Optional.of(wish).filter(pool::contains).filter(ip -> isFor(ip, service));
    }
    Optional<String> present =
        BalancerStatus.present(service).stream()
            .map(LoadBalancerIngress::ip)
            .filter(ip -> AddressPool.familyOf(ip).equals(family) && pool.contains(ip))
            .filter(ip -> isFor(ip, service))
            .findFirst();
    return present.or(() -> pool.free(family, owners::containsKey));
  }

  private boolean isFor(String address, Service service) {
    return owners.getOrDefault(address, key(service)).equals(key(service));
  }

  private Problem problem(Service service, String family) {
    String wish = service.spec().loadBalancerIP();
    if (wish.isEmpty() || !AddressPool.familyOf(wish).equals(family)) {
      return Problem.ofAddress(
          "PoolExhausted",
          "the pool of load balancer addresses has no free " + family + " address");
    }
    return pool.contains(wish)
        ? Problem.ofAddress(
            "AddressTaken", "address " + wish + " belongs to the Service " + owners.get(wish))
        : Problem.ofAddress("AddressNotInPool", "address " + wish + " is not in the pool");
  }

  /**
   * The writes that give each address its node and free those that no Service has.
   *
   * @param nodes the names of nodes that may answer for a Service at an address
   */
  List<Action> announce(BiFunction<Service, String, List<String>> nodes) {
    List<Action> actions = new ArrayList<>();
    Map<String, Lease> rest = new HashMap<>(leases);
    given.forEach((address, service) -> {
      Lease present = rest.remove(AddressLeases.name(address));
      List<String> candidates = nodes.apply(service, address);
      String before = present == null ? "" : present.spec().holderIdentity();
      String holder =
          candidates.contains(before)
              ? before
              : candidates.stream()
                  .max(Comparator.comparingInt(node -> spread(address, node)))
                  .orElse("");
      if (present == null) {
        actions.add(new Action.Create<>(Lease.KIND, lease(address, service, holder)));
      } else if (!holder.equals(before) || !isFor(service, present)) {
        actions.add(new Action.Update<>(Lease.KIND, moved(present, service, holder)));
      }
    });
    rest.values().stream()
        .sorted(Comparator.comparing(lease -> lease.metadata().name()))
        .forEach(lease ->
            actions.add(
                new Action.Delete(
                    Lease.KIND,
                    lease.metadata().namespace(),
                    lease.metadata().name(),
                    DeleteOptions.DEFAULT)));
    return actions;
  }

  /** Different addresses prefer different nodes. */
  private static int spread(String address, String node) {
    int mixed = (address + "|" + node).hashCode() * 0x9E3779B9;
    return mixed ^ mixed >>> 15;
  }

  private Lease lease(String address, Service service, String holder) {
    return Lease.EMPTY.toBuilder()
        .metadata(
            ObjectMeta.builder()
                .namespace(AddressLeases.NAMESPACE)
                .name(AddressLeases.name(address))
                .labels(Map.of(AddressLeases.LABEL, AddressLeases.POOL))
                .annotations(annotations(address, service))
                .build())
        .spec(
            LeaseSpec.builder().holderIdentity(holder).acquireTime(now).leaseTransitions(0).build())
        .build();
  }

  private static Map<String, String> annotations(String address, Service service) {
    Map<String, String> all = new TreeMap<>();
    all.put(AddressLeases.ADDRESS, address);
    all.put(AddressLeases.SERVICE, key(service));
    if (AddressLeases.INGRESS_PROXY.equals(
        service.metadata().labels().get(AddressLeases.PROXY_LABEL))) {
      all.put(AddressLeases.PROXY, AddressLeases.INGRESS_PROXY);
    }
    return all;
  }

  private static boolean isFor(Service service, Lease lease) {
    return lease
        .metadata()
        .annotations()
        .equals(annotations(AddressLeases.address(lease), service));
  }

  private Lease moved(Lease present, Service service, String holder) {
    LeaseSpec spec = present.spec();
    Integer moves = spec.leaseTransitions();
    return present.toBuilder()
        .metadata(
            present.metadata().toBuilder()
                .annotations(annotations(AddressLeases.address(present), service))
                .build())
        .spec(
            spec.toBuilder()
                .holderIdentity(holder)
                .acquireTime(now)
                .leaseTransitions(moves == null ? 1 : moves + 1)
                .build())
        .build();
  }
}
