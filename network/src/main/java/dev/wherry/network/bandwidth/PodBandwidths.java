package dev.wherry.network.bandwidth;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.placement.PodBandwidth;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.rtnetlink.Route;
import dev.wherry.network.rtnetlink.RouteQueries;
import dev.wherry.network.rules.Cidr;
import dev.wherry.network.upkeep.Upkeep;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Limits the bandwidth of this node's pods as their annotations say, also while they run. A pod's
 * link is the one that the route to its address leads to. What cannot be is an event of the pod,
 * which runs without limits then. Limits stay in the kernel when this stops.
 */
public final class PodBandwidths implements AutoCloseable {
  static final String INVALID = "InvalidBandwidth";
  static final String UNSUPPORTED = "BandwidthNotLimited";

  private static final Duration GATHER_PAUSE = Duration.ofMillis(10);
  private final Upkeep upkeep;
  private final Runnable prologue;
  private final Informer<Pod> pods;
  private final EventRecorder events;
  private final Map<Integer, PodBandwidth> written = new HashMap<>();
  private final Map<String, String> told = new HashMap<>();
  private boolean swept;

  private record Limited(Pod pod, PodBandwidth limits) {}

  private PodBandwidths(ApiClient api, String nodeName, Timer timer, Runnable prologue) {
    this.prologue = prologue;
    upkeep = new Upkeep("bandwidth node=" + nodeName, timer, GATHER_PAUSE);
    events = EventRecorder.start(api, "wherry-network", nodeName, timer);
    pods =
        new Informer<>(api, Pod.KIND, Scope.ofFields("spec.nodeName=" + nodeName), timer)
            .onChange(_ -> upkeep.news());
  }

  /** Starts to follow the node's pods; without an annotation nothing is touched. */
  public static PodBandwidths start(ApiClient api, String nodeName, Timer timer) {
    return start(api, nodeName, timer, () -> {});
  }

  /**
   * The same in another network namespace.
   *
   * @param prologue enters it; runs first on the thread that makes the calls
   */
  static PodBandwidths start(ApiClient api, String nodeName, Timer timer, Runnable prologue) {
    PodBandwidths made = new PodBandwidths(api, nodeName, timer, prologue);
    made.pods.start();
    made.upkeep.start("pod-bandwidth", made::run);
    return made;
  }

  private void run() throws InterruptedException {
    if (pods.awaitSynced(Upkeep.SYNC_MAX)) {
      upkeep.keep(this::look);
    }
  }

  private void look() throws IOException, InterruptedException {
    List<Limited> wanted = wanted();
    if (swept && wanted.isEmpty() && written.isEmpty()) {
      return;
    }
    NetlinkThread.Setup setup =
        new NetlinkThread.Setup(
            "pod-bandwidth-netlink", NetlinkSocket.PROTOCOL_ROUTE, 0, List.of(), prologue);
    try (NetlinkThread netlink = NetlinkThread.start(setup, NetlinkThread.Listener.DEAF)) {
      boolean complete = netlink.call(socket -> apply(socket, wanted));
      swept = true;
      if (!complete) {
        upkeep.again();
      }
    }
  }

  /** Pods with limits and addresses, whose pairs are there or will be. */
  private List<Limited> wanted() {
    List<Limited> wanted = new ArrayList<>();
    Set<String> now = new HashSet<>();
    for (Pod pod : pods.list()) {
      boolean ours =
          !Boolean.TRUE.equals(pod.spec().hostNetwork())
              && !PodPhases.isFinished(pod.status().phase());
      if (ours) {
        now.add(pod.metadata().uid());
        limits(pod)
            .filter(limits -> limits.isLimited() && !pod.status().podIP().isEmpty())
            .ifPresent(limits -> wanted.add(new Limited(pod, limits)));
      }
    }
    told.keySet().retainAll(now);
    return wanted;
  }

  private Optional<PodBandwidth> limits(Pod pod) {
    try {
      return Optional.of(PodBandwidth.of(pod.metadata().annotations()));
    } catch (IllegalArgumentException e) {
      tell(pod, INVALID, e.getMessage() + "; the pod runs without limits of bandwidth");
      return Optional.empty();
    }
  }

  private void tell(Pod pod, String reason, String text) {
    if (!text.equals(told.put(pod.metadata().uid(), text))) {
      events.report(pod, EventType.WARNING, reason, text);
    }
  }

  /** False when a pod's pair is not there yet. */
  private boolean apply(NetlinkSocket socket, List<Limited> wanted) throws NetlinkException {
    Map<Cidr, Integer> ways = new HashMap<>();
    for (Route route : RouteQueries.routes(socket)) {
      ways.put(route.destination(), route.link());
    }
    Map<Integer, PodBandwidth> now = new HashMap<>();
    boolean complete = true;
    for (Limited each : wanted) {
      byte[] address = InetAddress.ofLiteral(each.pod().status().podIP()).getAddress();
      Integer link = ways.get(Cidr.of(address, address.length * Byte.SIZE));
      if (link == null) {
        complete = false;
      } else {
        now.put(link, each.limits());
        if (!each.limits().equals(written.get(link))) {
          set(socket, link, each.pod(), each.limits());
        }
      }
    }
    for (int link : List.copyOf(written.keySet())) {
      if (!now.containsKey(link)) {
        LinkLimits.clear(socket, link);
        written.remove(link);
      }
    }
    LinkLimits.sweep(socket);
    return complete;
  }

  /** Remembers a refusal too: a kernel does not learn a discipline while it runs pods. */
  private void set(NetlinkSocket socket, int link, Pod pod, PodBandwidth limits) {
    written.put(link, limits);
    try {
      LinkLimits.set(socket, link, limits);
    } catch (NetlinkException e) {
      tell(
          pod,
          UNSUPPORTED,
          e.getMessage()
              + "; limits need sch_tbf, those from pods also ifb, sch_ingress, cls_u32 and"
              + " act_mirred: the pod runs without");
    }
  }

  @Override
  public void close() {
    upkeep.close();
    pods.close();
    events.close();
  }
}
