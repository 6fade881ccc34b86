package dev.wherry.network.dns.forward;

import dev.wherry.network.dns.message.DomainName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Finds out whether another server asks us in turn: it is asked for a name that nobody else can
 * know, and when that name is asked of us, it came back (CoreDNS' plugin {@code loop} does the
 * same). Shared by all loops, since it may come back to any.
 */
public final class LoopGuard {
  /** Probes are few: one for each server and loop. */
  private static final int PROBES_MAX = 1024;

  private final Map<DomainName, Runnable> probes = new ConcurrentHashMap<>();

  /**
   * A name to ask for.
   *
   * @param found what to do when it comes back; on any thread, must not block
   */
  DomainName watch(RandomGenerator random, Runnable found) {
    DomainName name =
        DomainName.ROOT.under(
            Long.toUnsignedString(random.nextLong()), Long.toUnsignedString(random.nextLong()));
    if (probes.size() < PROBES_MAX) {
      probes.put(name, found);
    }
    return name;
  }

  void forget(DomainName name) {
    probes.remove(name);
  }

  /** Whether a question that came in is one of ours; whoever passed it on is told of then. */
  public boolean cameBack(DomainName name) {
    Runnable found = probes.isEmpty() ? null : probes.get(name);
    if (found == null) {
      return false;
    }
    found.run();
    return true;
  }
}
