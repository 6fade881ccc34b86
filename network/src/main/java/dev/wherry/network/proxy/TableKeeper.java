package dev.wherry.network.proxy;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.informer.View;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.proxy.ServicePlan.Datagrams;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Knows what the kernel's table holds and brings it to what the API wants: by differences, and
 * whole at the start, for new facts of the node and when the kernel refuses a difference. Used by
 * the proxy's thread.
 */
final class TableKeeper {
  private static final Logger LOG = System.getLogger(TableKeeper.class.getName());

  private static final int ATTEMPTS_MAX = 10;
  private static final String ZONE = "topology.kubernetes.io/zone";

  private final NetlinkThread netlink;
  private final View<Service> services;
  private final Function<ObjectKey, List<EndpointSlice>> slices;
  private final View<Node> nodes;
  private final ServiceProxy.Setup setup;
  private final HealthPorts ports;
  private final Consumer<HostWatch.Trouble> tell;
  private final HostSettings settings = new HostSettings();
  private DesiredTable table = new DesiredTable();
  private NodeFacts facts;
  private List<String> refused = List.of();

  /**
   * @param tell takes what the host's packet filter refuses
   */
  TableKeeper(
      NetlinkThread netlink,
      View<Service> services,
      Function<ObjectKey, List<EndpointSlice>> slices,
      View<Node> nodes,
      ServiceProxy.Setup setup,
      HealthPorts ports,
      Consumer<HostWatch.Trouble> tell) {
    this.netlink = netlink;
    this.services = services;
    this.slices = slices;
    this.nodes = nodes;
    this.setup = setup;
    this.ports = ports;
    this.tell = tell;
    this.facts = new NodeFacts(setup.nodeName(), List.of(), false);
  }

  void apply(Inbox.Batch batch) throws IOException, InterruptedException {
    ports.health().waits();
    boolean look = batch.everything() || batch.neighbours();
    NodeFacts now = look ? readFacts() : facts;
    boolean whole = batch.everything() || !now.equals(facts);
    facts = now;
    if (whole) {
      replace();
    } else {
      change(batch);
    }
    if (look) {
      pass();
    }
    ports.health().written();
    serveHealth(batch, whole);
  }

  private void serveHealth(Inbox.Batch batch, boolean whole) throws InterruptedException {
    if (whole) {
      Map<ObjectKey, HealthCheck> all = new LinkedHashMap<>();
      for (Service service : services.list()) {
        ObjectKey key = ObjectKey.of(service);
        check(key).ifPresent(each -> all.put(key, each));
      }
      ports.replace(all);
      return;
    }
    for (ObjectKey key : batch.services()) {
      ports.put(key, check(key));
    }
  }

  private Optional<HealthCheck> check(ObjectKey key) {
    return services
        .get(key)
        .flatMap(service -> HealthCheck.of(service, slices.apply(key), setup.nodeName()));
  }

  private NodeFacts readFacts() throws IOException, InterruptedException {
    Optional<Node> node = nodes.get("", setup.nodeName());
    List<Cidr> pods =
        node.map(known -> known.spec().podCIDRs().stream().map(Cidr::parse).toList())
            .orElse(List.of());
    List<Cidr> all = setup.podsRouted() ? Cidr.merged(ranges(nodes)) : List.of();
    String zone = node.map(known -> known.metadata().labels().get(ZONE)).orElse("");
    boolean bridges =
        netlink.call(_ -> {
          settings.forward(AddressFamily.V4);
          if (pods.stream().anyMatch(cidr -> cidr.family() == AddressFamily.V6)) {
            settings.forward(AddressFamily.V6);
          }
          return setup.podsRouted() || settings.filterBridges();
        });
    return new NodeFacts(setup.nodeName(), pods, all, bridges, zone);
  }

  /** All pods' ranges; one that is none is the pod network's to tell. */
  static List<Cidr> ranges(View<Node> nodes) {
    List<Cidr> ranges = new ArrayList<>();
    for (Node each : nodes.list()) {
      try {
        each.spec().podCIDRs().forEach(range -> ranges.add(Cidr.parse(range)));
      } catch (IllegalArgumentException e) {
        LOG.log(Level.DEBUG, "range left out node={0}", each.metadata().name());
      }
    }
    return ranges;
  }

  private void replace() throws IOException, InterruptedException {
    List<Datagrams> before = datagrams(table.plans());
    DesiredTable fresh = new DesiredTable();
    Map<ObjectKey, ServicePlan> plans = new LinkedHashMap<>();
    services.list().forEach(service -> plans.put(ObjectKey.of(service), plan(service)));
    Changes whole = fresh.update(plans);
    write(socket -> KernelTable.replace(socket, facts, whole));
    table = fresh;
    List<Datagrams> after = datagrams(plans.values());
    forget(StaleDatagrams.between(before, after));
    LOG.log(
        Level.INFO,
        "service table written node={0} services={1} elements={2}",
        setup.nodeName(),
        plans.size(),
        whole.size());
  }

  private void change(Inbox.Batch batch) throws IOException, InterruptedException {
    List<Datagrams> before = new ArrayList<>();
    Map<ObjectKey, ServicePlan> plans = new LinkedHashMap<>();
    for (ObjectKey key : batch.services()) {
      before.addAll(table.plan(key).datagrams());
      plans.put(key, services.get(key).map(this::plan).orElse(ServicePlan.NOTHING));
    }
    Changes changes = table.update(plans);
    if (!changes.isEmpty()) {
      try {
        write(socket -> KernelTable.change(socket, Queries.generation(socket), facts, changes));
      } catch (NetlinkException e) {
        LOG.log(
            Level.INFO,
            "service table is made anew node={0} why=\"{1}\"",
            setup.nodeName(),
            e.getMessage());
        replace();
        return;
      }
    }
    forget(StaleDatagrams.between(before, datagrams(plans.values())));
  }

  @FunctionalInterface
  private interface Write {
    void run(NetlinkSocket socket) throws NetlinkException;
  }

  /**
   * Others change their tables all the time, and that alone makes the kernel ask to try again. Were
   * it ours that they changed, its notification is on its way and the table is made whole after.
   */
  private void write(Write write) throws IOException, InterruptedException {
    netlink.call(socket -> {
      for (int attempt = 1; ; attempt++) {
        try {
          write.run(socket);
          return true;
        } catch (NetlinkException e) {
          if (e.errno() != Errno.ERESTART || attempt == ATTEMPTS_MAX) {
            throw e;
          }
        }
      }
    });
  }

  private static List<Datagrams> datagrams(Iterable<ServicePlan> plans) {
    List<Datagrams> all = new ArrayList<>();
    plans.forEach(plan -> all.addAll(plan.datagrams()));
    return all;
  }

  private ServicePlan plan(Service service) {
    ObjectKey key = ObjectKey.of(service);
    try {
      return ServicePlanner.plan(service, slices.apply(key), facts);
    } catch (IllegalArgumentException e) {
      // An address the server should not have let in: one Service, not all of them.
      LOG.log(Level.WARNING, "service left out service={0} why=\"{1}\"", key, e.getMessage());
      return ServicePlan.NOTHING;
    }
  }

  private void forget(StaleDatagrams stale) throws IOException, InterruptedException {
    if (!stale.isEmpty()) {
      int count = netlink.call(stale::delete);
      LOG.log(Level.DEBUG, "udp flows ended node={0} count={1}", setup.nodeName(), count);
    }
  }

  private void pass() throws IOException, InterruptedException {
    List<ForwardPass.Outcome> outcome = new ArrayList<>();
    write(socket -> outcome.add(ForwardPass.ensure(socket, facts)));
    if (outcome.getLast().changed()) {
      LOG.log(
          Level.INFO,
          "pods pass the chains of other packet filters node={0} ranges={1}",
          setup.nodeName(),
          facts.podCidrs());
    }
    List<String> now = outcome.getLast().refused();
    if (!now.equals(refused)) {
      now.forEach(chain -> tell.accept(HostWatch.Trouble.refused(chain, facts.podCidrs())));
      refused = now;
    }
  }
}
