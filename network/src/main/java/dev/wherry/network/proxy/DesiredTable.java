package dev.wherry.network.proxy;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.proxy.ServicePlan.Claim;
import dev.wherry.network.proxy.ServicePlan.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The plans of all Services put together, and the difference that some new ones make. The cost of a
 * change is that of the Services it touches. Owned by one thread.
 */
final class DesiredTable {
  private record Owned(ObjectKey owner, Claim claim) {}

  private static final Comparator<Owned> PRECEDENCE =
      Comparator.comparingInt((Owned owned) -> owned.claim().rank()).thenComparing(Owned::owner);

  private final Map<ObjectKey, ServicePlan> plans = new TreeMap<>();
  private final Map<Place, List<Owned>> claims = new HashMap<>();
  private final Map<OwnedChain, Integer> uses = new HashMap<>();

  ServicePlan plan(ObjectKey service) {
    return plans.getOrDefault(service, ServicePlan.NOTHING);
  }

  Iterable<ServicePlan> plans() {
    return plans.values();
  }

  /** Replaces the plans of some Services and returns what that changes. */
  Changes update(Map<ObjectKey, ServicePlan> updates) {
    Map<Place, Optional<Element>> before = new LinkedHashMap<>();
    Map<OwnedChain, Boolean> usedBefore = new LinkedHashMap<>();
    updates.forEach((service, next) -> {
      ServicePlan last = plan(service);
      if (!last.equals(next)) {
        for (ServicePlan plan : List.of(last, next)) {
          plan.elements().keySet().forEach(p -> before.computeIfAbsent(p, this::effective));
          plan.chains().forEach(chain -> usedBefore.putIfAbsent(chain, uses.containsKey(chain)));
        }
        replace(service, last, next);
      }
    });
    return difference(before, usedBefore);
  }

  private void replace(ObjectKey service, ServicePlan last, ServicePlan next) {
    last.elements().forEach((place, claim) -> remove(place, new Owned(service, claim)));
    next.elements().forEach((place, claim) -> add(place, new Owned(service, claim)));
    next.chains().forEach(chain -> uses.merge(chain, 1, Integer::sum));
    last.chains()
        .forEach(chain -> uses.computeIfPresent(chain, (_, count) -> count > 1 ? count - 1 : null));
    if (next.equals(ServicePlan.NOTHING)) {
      plans.remove(service);
    } else {
      plans.put(service, next);
    }
  }

  private void add(Place place, Owned owned) {
    claims.merge(
        place,
        List.of(owned),
        (many, one) -> {
          List<Owned> all = new ArrayList<>(many);
          all.addAll(one);
          all.sort(PRECEDENCE);
          return List.copyOf(all);
        });
  }

  private void remove(Place place, Owned owned) {
    claims.computeIfPresent(
        place,
        (_, many) -> {
          List<Owned> rest = many.stream().filter(each -> !each.equals(owned)).toList();
          return rest.isEmpty() ? null : rest;
        });
  }

  private Optional<Element> effective(Place place) {
    List<Owned> owned = claims.get(place);
    return owned == null ? Optional.empty() : Optional.of(owned.getFirst().claim().element());
  }

  private Changes difference(
      Map<Place, Optional<Element>> before, Map<OwnedChain, Boolean> usedBefore) {
    Map<String, List<Element>> removed = new LinkedHashMap<>();
    Map<String, List<Element>> added = new LinkedHashMap<>();
    before.forEach((place, last) -> {
      Optional<Element> next = effective(place);
      if (!last.equals(next)) {
        last.ifPresent(e -> removed.computeIfAbsent(place.set(), _ -> new ArrayList<>()).add(e));
        next.ifPresent(e -> added.computeIfAbsent(place.set(), _ -> new ArrayList<>()).add(e));
      }
    });
    List<OwnedChain> newChains = new ArrayList<>();
    List<OwnedChain> oldChains = new ArrayList<>();
    usedBefore.forEach((chain, used) -> {
      if (used && !uses.containsKey(chain)) {
        oldChains.add(chain);
      } else if (!used && uses.containsKey(chain)) {
        newChains.add(chain);
      }
    });
    return new Changes(newChains, removed, added, oldChains);
  }

  /** The change that makes this table from an empty one. */
  Changes whole() {
    Map<String, List<Element>> added = new LinkedHashMap<>();
    Set<Place> seen = new LinkedHashSet<>();
    for (ServicePlan plan : plans.values()) {
      for (Place place : plan.elements().keySet()) {
        if (seen.add(place)) {
          effective(place)
              .ifPresent(e -> added.computeIfAbsent(place.set(), _ -> new ArrayList<>()).add(e));
        }
      }
    }
    List<OwnedChain> chains =
        uses.keySet().stream().sorted(Comparator.comparing(OwnedChain::name)).toList();
    return new Changes(chains, Map.of(), added, List.of());
  }
}
