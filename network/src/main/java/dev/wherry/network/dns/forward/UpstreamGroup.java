package dev.wherry.network.dns.forward;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The servers for one domain, in order. On the forwarder's loop. */
final class UpstreamGroup {
  private List<Upstream> upstreams = List.of();

  /**
   * Takes other servers; what is thought of those that stay is kept.
   *
   * @param added is told of every new one
   */
  void replace(List<InetSocketAddress> addresses, Consumer<Upstream> added) {
    List<Upstream> next = new ArrayList<>();
    List<Upstream> fresh = new ArrayList<>();
    for (InetSocketAddress address : addresses) {
      Optional<Upstream> known =
          upstreams.stream().filter(up -> up.address().equals(address)).findFirst();
      Upstream upstream = known.orElseGet(() -> new Upstream(address));
      next.add(upstream);
      if (known.isEmpty()) {
        fresh.add(upstream);
      }
    }
    upstreams = List.copyOf(next);
    fresh.forEach(added);
  }

  boolean contains(Upstream upstream) {
    return upstreams.contains(upstream);
  }

  boolean isEmpty() {
    return upstreams.isEmpty();
  }

  /** Whom to ask, one after the other: those that answer first, and none that asks us. */
  List<Upstream> plan(int attemptsMax) {
    List<Upstream> order = new ArrayList<>();
    upstreams.stream().filter(up -> !up.looped() && up.healthy()).forEach(order::add);
    upstreams.stream().filter(up -> !up.looped() && !up.healthy()).forEach(order::add);
    List<Upstream> plan = new ArrayList<>();
    for (int i = 0; i < attemptsMax && !order.isEmpty(); i++) {
      plan.add(order.get(i % order.size()));
    }
    return plan;
  }
}
