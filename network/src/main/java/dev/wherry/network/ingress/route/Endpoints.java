package dev.wherry.network.ingress.route;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the endpoints of Services' ports are now. One thread writes, any may read; apart from the
 * rules, so that a pod that comes or goes changes one entry.
 */
public final class Endpoints {
  private final Map<BackendKey, List<InetSocketAddress>> known = new ConcurrentHashMap<>();

  /** In an order that stays; empty where nobody answers. */
  public List<InetSocketAddress> of(BackendKey key) {
    return known.getOrDefault(key, List.of());
  }

  public void put(BackendKey key, List<InetSocketAddress> addresses) {
    known.put(key, List.copyOf(addresses));
  }

  /** Forgets all others. */
  public void keepOnly(Set<BackendKey> keys) {
    known.keySet().retainAll(keys);
  }
}
