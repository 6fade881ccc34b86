package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Filters;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which endpoints one request was tried at, and whether it may be tried again. Its loop's thread.
 */
final class Tries {
  /** Endpoints tried for one request while nothing was sent. */
  private static final int ATTEMPTS_MAX = 4;

  private final Set<InetSocketAddress> tried = new HashSet<>();
  private int attempts;
  private int afterCodes;

  /** Another endpoint, where the Service has any. */
  Optional<BackendPool> next(ProxyLoop loop, BackendKey key) {
    Optional<BackendPool> pool = loop.choose(key, tried);
    if (pool.isPresent()) {
      attempts++;
      tried.add(pool.get().address());
    }
    return pool;
  }

  /** Whether one more is allowed. */
  boolean isLeft() {
    return attempts < ATTEMPTS_MAX;
  }

  /** The same endpoints may be tried again. */
  void forget() {
    tried.clear();
  }

  /** Whether an answer's code is to be followed by another try, which is then counted. */
  boolean beginsAfter(int code, Filters.Retries retries) {
    if (afterCodes >= retries.attemptsMax() || !retries.codes().contains(code)) {
      return false;
    }
    afterCodes++;
    tried.clear();
    return true;
  }
}
