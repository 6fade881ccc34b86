package dev.wherry.network.proxy;

import dev.wherry.model.Bytes;
import dev.wherry.network.conntrack.TrackedFlow;
import dev.wherry.network.conntrack.TrackedFlows;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.proxy.Maps.Entry;
import dev.wherry.network.proxy.Maps.Target;
import dev.wherry.network.proxy.ServicePlan.Datagrams;
import dev.wherry.network.rules.AddressFamily;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which tracked UDP flows go to an endpoint that their Service no longer has, or to none though it
 * has some. A client that keeps its port would else send there for ever.
 */
final class StaleDatagrams {
  private final Map<Target, Set<Bytes>> wanted = new HashMap<>();

  /** Follows from what changed: flows of a target that is gone have no endpoint left. */
  static StaleDatagrams between(List<Datagrams> before, List<Datagrams> after) {
    StaleDatagrams stale = new StaleDatagrams();
    Set<Datagrams> same = new HashSet<>(before);
    same.retainAll(after);
    before.forEach(each -> stale.wanted.put(each.target(), Set.of()));
    after.forEach(each -> stale.wanted.put(each.target(), each.endpoints()));
    same.forEach(each -> stale.wanted.remove(each.target()));
    return stale;
  }

  boolean isEmpty() {
    return wanted.isEmpty();
  }

  /** Ends them; returns how many. On the netlink thread. */
  int delete(NetlinkSocket socket) throws NetlinkException {
    int count = 0;
    for (AddressFamily family : AddressFamily.values()) {
      if (wanted.keySet().stream().anyMatch(target -> target.family() == family)) {
        count += TrackedFlows.delete(socket, family.family(), flow -> stale(family, flow));
      }
    }
    return count;
  }

  private boolean stale(AddressFamily family, TrackedFlow flow) {
    Bytes endpoint = Maps.endpoint(flow.answering().toArray(), flow.answeringPort());
    Target address =
        new Target(family, Entry.ADDRESS, flow.destination(), ServicePlanner.UDP, flow.port());
    Set<Bytes> allowed = wanted.get(address);
    if (allowed == null && flow.translated()) {
      Bytes none = Bytes.copyOf(new byte[0]);
      allowed =
          wanted.get(new Target(family, Entry.NODE_PORT, none, ServicePlanner.UDP, flow.port()));
    }
    return allowed != null && !allowed.contains(endpoint);
  }
}
