package dev.wherry.network.proxy;

import dev.wherry.network.nftables.Element;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The way from one table to the next, to be gone in the order of the components: chains exist
 * before an element leads to them and while one does.
 *
 * @param removed elements by set
 * @param added elements by set; one that changes is in both
 */
record Changes(
    List<OwnedChain> newChains,
    Map<String, List<Element>> removed,
    Map<String, List<Element>> added,
    List<OwnedChain> oldChains) {
  Changes {
    newChains = List.copyOf(newChains);
    removed = Collections.unmodifiableMap(new LinkedHashMap<>(removed));
    added = Collections.unmodifiableMap(new LinkedHashMap<>(added));
    oldChains = List.copyOf(oldChains);
  }

  boolean isEmpty() {
    return newChains.isEmpty() && removed.isEmpty() && added.isEmpty() && oldChains.isEmpty();
  }

  /** How many elements come and go. */
  int size() {
    return count(removed) + count(added);
  }

  private static int count(Map<String, List<Element>> elements) {
    return elements.values().stream().mapToInt(List::size).sum();
  }
}
