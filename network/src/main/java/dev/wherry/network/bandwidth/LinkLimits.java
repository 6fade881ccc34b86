package dev.wherry.network.bandwidth;

import dev.wherry.model.placement.PodBandwidth;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.rtnetlink.Link;
import dev.wherry.network.rtnetlink.QueueChanges;
import dev.wherry.network.rtnetlink.QueueChanges.TokenBucket;
import dev.wherry.network.rtnetlink.RouteChanges;
import dev.wherry.network.rtnetlink.RouteQueries;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The limits of one link, the node's end of a pod's pair; on the netlink thread. To the pod: a
 * token bucket at the link's root. From the pod: what comes in is redirected to an intermediate
 * device of the link's own with a token bucket at its root, and goes on from there.
 */
final class LinkLimits {
  private static final String INTERMEDIATE = "wherry-bw";

  /** What goes at once after a pause: a tenth of a second's, at least some packets. */
  private static final long BURST_DIVISOR = 10;

  private static final int BURST_BYTES_MIN = 32 << 10;

  /** Waits no longer than the reference plugin's (CNI bandwidth, 25 ms), but for a whole write. */
  private static final long LATENCY_DIVISOR = 40;

  private static final int LIMIT_BYTES_MIN = 128 << 10;

  private LinkLimits() {}

  static TokenBucket bucket(long bits) {
    long bytes = Math.max(1, bits / Byte.SIZE);
    long burst = Math.clamp(bytes / BURST_DIVISOR, BURST_BYTES_MIN, Integer.MAX_VALUE / 2);
    long limit = Math.clamp(bytes / LATENCY_DIVISOR, LIMIT_BYTES_MIN, Integer.MAX_VALUE / 2);
    return new TokenBucket(bytes, (int) burst, (int) (burst + limit));
  }

  private static String intermediate(int link) {
    return INTERMEDIATE + link;
  }

  /**
   * Gives a link these limits, in place of those it has.
   *
   * @throws NetlinkException when the kernel lacks a part; then the link has no limits
   */
  static void set(NetlinkSocket socket, int link, PodBandwidth wanted) throws NetlinkException {
    clear(socket, link);
    QueueChanges queues = new QueueChanges(socket);
    try {
      if (wanted.toPodBits() > 0) {
        queues.limit(link, bucket(wanted.toPodBits()));
      }
      if (wanted.fromPodBits() > 0) {
        new RouteChanges(socket).addIntermediate(intermediate(link));
        int other = index(socket, intermediate(link));
        queues.limit(other, bucket(wanted.fromPodBits()));
        queues.redirect(link, other);
      }
    } catch (NetlinkException e) {
      clear(socket, link);
      throw e;
    }
  }

  private static int index(NetlinkSocket socket, String name) throws NetlinkException {
    for (Link link : RouteQueries.links(socket)) {
      if (link.name().equals(name)) {
        return link.index();
      }
    }
    return 0;
  }

  /** Takes the limits away; what is not there is no error. */
  static void clear(NetlinkSocket socket, int link) throws NetlinkException {
    QueueChanges queues = new QueueChanges(socket);
    queues.accept(link);
    queues.unlimit(link);
    int other = index(socket, intermediate(link));
    if (other != 0) {
      new RouteChanges(socket).deleteLink(other);
    }
  }

  /**
   * Removes the intermediate devices of links that are gone: a pod's end takes its pair along, but
   * not these. Those of links that are there may be another worker's.
   */
  static void sweep(NetlinkSocket socket) throws NetlinkException {
    List<Link> links = RouteQueries.links(socket);
    Set<String> wanted = new HashSet<>();
    links.forEach(link -> wanted.add(intermediate(link.index())));
    for (Link link : links) {
      if (link.name().matches(INTERMEDIATE + "\\d+") && !wanted.contains(link.name())) {
        new RouteChanges(socket).deleteLink(link.index());
      }
    }
  }
}
