package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.network.ingress.kinds.ClusterObjects.Authorities;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The ConfigMaps that say whose certificates backends may show, in their key {@code ca.crt}. */
final class FollowedAuthorities implements AutoCloseable {
  private static final String KEY = "ca.crt";
  private static final Authorities MISSING = new Authorities.Unusable("does not exist");

  private final NamedWatches<ConfigMap> watches;
  private final Map<ObjectKey, Authorities> states = new ConcurrentHashMap<>();

  /**
   * @param changed runs after one of them changed
   */
  FollowedAuthorities(ApiClient api, Timer timer, Runnable changed) {
    watches =
        new NamedWatches<>(
            api,
            ConfigMap.KIND,
            timer,
            (key, change) -> {
              states.put(key, read(change));
              changed.run();
            });
  }

  /**
   * Follows these and no others; the owner's thread.
   *
   * @return whether all of them were read before
   */
  boolean follow(Set<ObjectKey> wanted) {
    boolean known = watches.knows(wanted);
    states.keySet().removeAll(watches.follow(wanted));
    return known;
  }

  void awaitRead(Duration atMost) throws InterruptedException {
    watches.awaitRead(atMost);
  }

  Authorities state(ObjectKey key) {
    Authorities known = states.get(key);
    if (known != null) {
      return known;
    }
    return watches.isMissing(key) ? MISSING : new Authorities.Awaited();
  }

  private static Authorities read(Change<ConfigMap> change) {
    if (change instanceof Change.Removed) {
      return MISSING;
    }
    String pem = change.latest().data().getOrDefault(KEY, "");
    try {
      return Pem.certificates(pem).isEmpty()
          ? new Authorities.Unusable("has no certificate in " + KEY)
          : new Authorities.Known(pem);
    } catch (PkiException e) {
      return new Authorities.Unusable(KEY + ": " + e.getMessage());
    }
  }

  @Override
  public void close() {
    watches.close();
  }
}
