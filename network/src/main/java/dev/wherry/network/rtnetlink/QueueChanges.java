package dev.wherry.network.rtnetlink;

import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Queueing disciplines of links; on the netlink thread. Numbers of linux/pkt_sched.h, pkt_cls.h and
 * tc_act/tc_mirred.h.
 */
public final class QueueChanges {
  private static final int NEW_QUEUE = 36;
  private static final int DELETE_QUEUE = 37;
  private static final int NEW_FILTER = 44;

  /** struct tcmsg: family, index, handle, parent, info. */
  private static final int HEADER_BYTES = 20;

  private static final int ROOT = 0xffffffff;
  private static final int INGRESS_PARENT = 0xfffffff1;
  private static final int INGRESS_HANDLE = 0xffff0000;
  private static final int KIND = 1;
  private static final int OPTIONS = 2;

  private static final int TBF_PARAMETERS = 1;
  private static final int TBF_RATE64 = 4;
  private static final int TBF_BURST = 6;

  /** struct tc_tbf_qopt: two struct tc_ratespec of 12 bytes, limit, buffer, mtu. */
  private static final int TBF_BYTES = 36;

  private static final int TBF_LIMIT_OFFSET = 24;
  private static final int RATE_OFFSET = 8;

  /** TC_LINKLAYER_ETHERNET: without it the kernel asks for a table of times. */
  private static final byte ETHERNET = 1;

  private static final int U32_SELECTOR = 5;
  private static final int U32_ACTION = 7;

  /** struct tc_u32_sel and one struct tc_u32_key. */
  private static final int SELECTOR_BYTES = 32;

  private static final int ACTION_KIND = 1;
  private static final int ACTION_OPTIONS = 2;
  private static final int MIRRED_PARAMETERS = 2;

  /** struct tc_mirred: index, capab, action, refcnt, bindcnt, eaction, ifindex. */
  private static final int MIRRED_BYTES = 28;

  private static final int STOLEN = 4;
  private static final int REDIRECT = 1;

  private final NetlinkSocket socket;

  /**
   * A token bucket.
   *
   * @param rate bytes per second
   * @param burst bytes that go at once after a pause; at least one packet
   * @param limit bytes that may wait, what comes beyond is dropped
   */
  public record TokenBucket(long rate, int burst, int limit) {}

  public QueueChanges(NetlinkSocket socket) {
    this.socket = socket;
  }

  private MessageWriter begin(int type, int flags, int link, int handle, int parent, int info) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.nativeOrder());
    header.putInt(4, link).putInt(8, handle).putInt(12, parent).putInt(16, info);
    return new MessageWriter()
        .begin(type, flags | MessageWriter.FLAG_ACK, socket.nextSequence())
        .fixed(header.array());
  }

  private void commit(MessageWriter out, String what) throws NetlinkException {
    socket.request(out, out.sequence(), what, _ -> {});
  }

  /**
   * Makes a token bucket (tbf) the root of a link, in place of what is there.
   *
   * @throws NetlinkException ENOENT when the kernel has no tbf
   */
  public void limit(int link, TokenBucket bucket) throws NetlinkException {
    int rate = (int) Math.min(bucket.rate(), 0xffffffffL);
    ByteBuffer parameters = ByteBuffer.allocate(TBF_BYTES).order(ByteOrder.nativeOrder());
    parameters.put(1, ETHERNET).putInt(RATE_OFFSET, rate);
    parameters.putInt(TBF_LIMIT_OFFSET, bucket.limit());
    ByteBuffer wide = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    MessageWriter out =
        begin(NEW_QUEUE, MessageWriter.FLAG_CREATE | MessageWriter.FLAG_REPLACE, link, 0, ROOT, 0)
            .text(KIND, "tbf")
            .nest(OPTIONS)
            .put(TBF_PARAMETERS, parameters.array())
            .hostU32(TBF_BURST, bucket.burst());
    if (bucket.rate() > 0xffffffffL) {
      out.put(TBF_RATE64, wide.putLong(0, bucket.rate()).array());
    }
    commit(out.close(), "add qdisc tbf to link " + link);
  }

  /** Gives a link its own way of queueing back. */
  public void unlimit(int link) throws NetlinkException {
    RouteChanges.delete(
        () -> commit(begin(DELETE_QUEUE, 0, link, 0, ROOT, 0), "delete qdisc of link " + link));
  }

  /** Sends all that comes in by a link out by another; only once until {@link #accept}. */
  public void redirect(int link, int other) throws NetlinkException {
    commit(
        begin(NEW_QUEUE, MessageWriter.FLAG_CREATE, link, INGRESS_HANDLE, INGRESS_PARENT, 0)
            .text(KIND, "ingress"),
        "add qdisc ingress to link " + link);
    ByteBuffer selector = ByteBuffer.allocate(SELECTOR_BYTES).order(ByteOrder.nativeOrder());
    selector.put(0, (byte) 1).put(2, (byte) 1);
    ByteBuffer mirred = ByteBuffer.allocate(MIRRED_BYTES).order(ByteOrder.nativeOrder());
    mirred.putInt(8, STOLEN).putInt(20, REDIRECT).putInt(24, other);
    commit(
        begin(NEW_FILTER, MessageWriter.FLAG_CREATE, link, 0, INGRESS_HANDLE, allProtocols())
            .text(KIND, "u32")
            .nest(OPTIONS)
            .put(U32_SELECTOR, selector.array())
            .nest(U32_ACTION)
            .nest(1)
            .put(ACTION_KIND, "mirred\0".getBytes(StandardCharsets.US_ASCII))
            .nest(ACTION_OPTIONS)
            .put(MIRRED_PARAMETERS, mirred.array())
            .close()
            .close()
            .close()
            .close(),
        "add filter u32 with mirred to link " + link);
  }

  /** Priority 1, ETH_P_ALL in network byte order. */
  private static int allProtocols() {
    byte[] all = {0, 3};
    return 1 << 16
        | Short.toUnsignedInt(ByteBuffer.wrap(all).order(ByteOrder.nativeOrder()).getShort());
  }

  /** Lets what comes in by a link in again. */
  public void accept(int link) throws NetlinkException {
    RouteChanges.delete(() ->
        commit(
            begin(DELETE_QUEUE, 0, link, 0, INGRESS_PARENT, 0),
            "delete qdisc ingress of link " + link));
  }
}
