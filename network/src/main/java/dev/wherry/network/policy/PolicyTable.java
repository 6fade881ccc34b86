package dev.wherry.network.policy;

import dev.wherry.model.Bytes;
import dev.wherry.network.nftables.Chain;
import dev.wherry.network.nftables.Element;
import dev.wherry.network.nftables.SetSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that is to be in the kernel. Chains but the base ones are named after their content, so two
 * of one name are equal.
 *
 * @param base the chains that the kernel calls; none where nothing is judged
 * @param chains in an order in which none leads to a later one
 * @param elements by set, then by key
 */
record PolicyTable(
    Map<String, Chain> base,
    Map<String, Chain> chains,
    Map<String, SetSpec> sets,
    Map<String, Map<Bytes, Element>> elements) {
  static final PolicyTable EMPTY = new PolicyTable(Map.of(), Map.of(), Map.of(), Map.of());

  PolicyTable {
    base = Collections.unmodifiableMap(new LinkedHashMap<>(base));
    chains = Collections.unmodifiableMap(new LinkedHashMap<>(chains));
    sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
    elements = Collections.unmodifiableMap(new LinkedHashMap<>(elements));
  }

  boolean isEmpty() {
    return base.isEmpty();
  }

  /** A set's elements by key. */
  Map<Bytes, Element> elements(String set) {
    return elements.getOrDefault(set, Map.of());
  }
}
