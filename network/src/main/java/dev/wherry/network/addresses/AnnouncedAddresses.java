package dev.wherry.network.addresses;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.lease.AddressLeases;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Bytes;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.network.addresses.GuardTable.Guarded;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.upkeep.Upkeep;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Gives this node the load balancers' addresses whose Leases name it. The kernel then answers for
 * them on the link, and neighbours are told once. An address is lent to the kernel for a while and
 * again and again, so that a node whose agent has ended stops to answer by itself; while only the
 * API is away everything stays as it is.
 */
public final class AnnouncedAddresses implements AutoCloseable {
  /** A node is given up after 40 seconds of silence; its addresses are gone about then. */
  static final Duration LENT = Duration.ofSeconds(45);

  static final Duration AGAIN = Duration.ofSeconds(15);

  private static final Logger LOG = System.getLogger(AnnouncedAddresses.class.getName());

  /** Which the Service proxy of a network namespace holds (decision 0131). */
  private static final int PROXY_PORT = 0x57485259;

  private final String nodeName;
  private final Runnable prologue;
  private final Upkeep upkeep;
  private final Informer<Lease> leases;
  private volatile Set<Integer> ingressPorts = Set.of();
  private Set<Bytes> lent = Set.of();
  private Guarded guarded = Guarded.NOTHING;
  private List<String> said = List.of();

  private AnnouncedAddresses(ApiClient api, String nodeName, Timer timer, Runnable prologue) {
    this.nodeName = nodeName;
    this.prologue = prologue;
    upkeep = new Upkeep("addresses node=" + nodeName, timer, Duration.ZERO);
    Scope scope =
        new Scope(AddressLeases.NAMESPACE, AddressLeases.LABEL + "=" + AddressLeases.POOL, "");
    leases = new Informer<>(api, Lease.KIND, scope, timer).onChange(_ -> upkeep.news());
  }

  /** Starts to follow the Leases; without any of this node nothing is touched. */
  public static AnnouncedAddresses start(ApiClient api, String nodeName, Timer timer) {
    return start(api, nodeName, timer, () -> {});
  }

  /**
   * The same in another network namespace.
   *
   * @param prologue enters it; runs first on the thread that makes the calls
   */
  static AnnouncedAddresses start(ApiClient api, String nodeName, Timer timer, Runnable prologue) {
    AnnouncedAddresses made = new AnnouncedAddresses(api, nodeName, timer, prologue);
    made.leases.start();
    made.upkeep.start("addresses", made::run);
    return made;
  }

  /**
   * Takes the guard away; addresses end by themselves.
   *
   * @throws NetlinkException EADDRINUSE while somebody serves this network namespace
   */
  public static void remove() throws IOException, InterruptedException {
    remove(() -> {});
  }

  static void remove(Runnable prologue) throws IOException, InterruptedException {
    try (NetlinkThread rules = thread(NetlinkSocket.PROTOCOL_NETFILTER, PROXY_PORT, prologue)) {
      guard(rules, Guarded.NOTHING);
    }
  }

  private static NetlinkThread thread(int protocol, int port, Runnable prologue)
      throws IOException, InterruptedException {
    return NetlinkThread.start(
        new NetlinkThread.Setup("addresses-netlink", protocol, port, List.of(), prologue),
        NetlinkThread.Listener.DEAF);
  }

  private static void guard(NetlinkThread rules, Guarded wanted)
      throws IOException, InterruptedException {
    boolean _ =
        rules.call(socket -> {
          GuardTable.write(socket, wanted);
          return true;
        });
  }

  private void run() throws InterruptedException {
    if (leases.awaitSynced(Upkeep.SYNC_MAX)) {
      upkeep.keep(this::look);
    }
  }

  private void look() throws IOException, InterruptedException {
    Set<Bytes> wanted = addresses(this::isMine);
    if (wanted.isEmpty() && lent.isEmpty()) {
      return;
    }
    try (NetlinkThread rules = thread(NetlinkSocket.PROTOCOL_NETFILTER, 0, prologue);
        NetlinkThread links = thread(NetlinkSocket.PROTOCOL_ROUTE, 0, prologue)) {
      Map<Bytes, Link> possible = links.call(socket -> LinkAddresses.possible(socket, wanted));
      tell(wanted, possible.keySet());
      Set<Bytes> before = Set.copyOf(lent);
      Set<Bytes> ofIngress = addresses(lease -> isMine(lease) && AddressLeases.isOfIngress(lease));
      Guarded next = new Guarded(possible.keySet(), ofIngress, ingressPorts);
      if (!next.equals(guarded)) {
        guard(rules, next);
        guarded = next;
      }
      boolean _ =
          links.call(socket -> {
            LinkAddresses.apply(socket, before, possible);
            return true;
          });
      lent = Set.copyOf(possible.keySet());
    }
    if (!wanted.isEmpty()) {
      upkeep.again(AGAIN);
    }
  }

  private void tell(Set<Bytes> wanted, Set<Bytes> possible) {
    List<String> without =
        words(wanted.stream().filter(address -> !possible.contains(address)).toList());
    if (!without.equals(said)) {
      said = without;
      if (!without.isEmpty()) {
        LOG.log(
            Level.WARNING,
            "addresses not answered, they are this host''s own or on none of its links"
                + " node={0} addresses={1}",
            nodeName,
            without);
      }
    }
    if (!possible.equals(lent)) {
      LOG.log(Level.INFO, "addresses answered node={0} addresses={1}", nodeName, words(possible));
    }
  }

  private static List<String> words(Collection<Bytes> addresses) {
    return addresses.stream().map(LinkAddresses::text).sorted().toList();
  }

  private Set<Bytes> addresses(Predicate<Lease> which) {
    Set<Bytes> found = new HashSet<>();
    leases.list().stream().filter(which).forEach(lease -> found.add(address(lease)));
    return found;
  }

  /** Which ports this node's ingress has open: clients reach them at addresses of Gateways. */
  public void ingressPorts(Set<Integer> ports) {
    Set<Integer> now = Set.copyOf(ports);
    if (!now.equals(ingressPorts)) {
      ingressPorts = now;
      upkeep.news();
    }
  }

  private boolean isMine(Lease lease) {
    return AddressLeases.isOne(lease)
        && lease.spec().holderIdentity().equals(nodeName)
        && !AddressLeases.address(lease).isEmpty();
  }

  private static Bytes address(Lease lease) {
    return Bytes.copyOf(InetAddress.ofLiteral(AddressLeases.address(lease)).getAddress());
  }

  /** Stops; addresses stay for as long as they were lent. */
  @Override
  public void close() {
    upkeep.close();
    leases.close();
  }
}
