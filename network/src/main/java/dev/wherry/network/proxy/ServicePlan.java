package dev.wherry.network.proxy;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Element;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one Service wants in the table.
 *
 * @param elements by where they are, in order
 * @param chains that its elements lead to
 * @param datagrams its UDP destinations, whose tracked connections must follow changes
 */
record ServicePlan(Map<Place, Claim> elements, Set<OwnedChain> chains, List<Datagrams> datagrams) {
  static final ServicePlan NOTHING = new ServicePlan(Map.of(), Set.of(), List.of());

  ServicePlan {
    elements = Collections.unmodifiableMap(new LinkedHashMap<>(elements));
    chains = Collections.unmodifiableSet(new LinkedHashSet<>(chains));
    datagrams = List.copyOf(datagrams);
  }

  /** A key of a set. */
  record Place(String set, Bytes key) {}

  /**
   * An element with its rank.
   *
   * @param rank lower ones win where two Services claim a place: cluster addresses are allotted by
   *     the server, others are anybody's wish
   */
  record Claim(int rank, Element element) {}

  /** A UDP destination with the endpoints it may be translated to. */
  record Datagrams(Maps.Target target, Set<Bytes> endpoints) {
    Datagrams {
      endpoints = Set.copyOf(endpoints);
    }
  }
}
