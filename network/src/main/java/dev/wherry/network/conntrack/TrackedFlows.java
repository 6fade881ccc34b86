package dev.wherry.network.conntrack;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Attributes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.nftables.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Ends tracked UDP flows: they live as long as packets come, whatever the tables say by then. */
public final class TrackedFlows {
  private static final int SUBSYSTEM = 1;
  private static final int GET = 1;
  private static final int DELETE = 2;
  private static final int HEADER_BYTES = 4;
  private static final int ORIGINAL = 1;
  private static final int REPLY = 2;
  private static final int STATUS = 3;
  private static final int ID = 12;
  private static final int ADDRESSES = 1;
  private static final int PORTS = 2;
  private static final int PROTOCOL = 1;
  private static final int SOURCE_PORT = 2;
  private static final int DESTINATION_PORT = 3;
  private static final int UDP = 17;
  private static final int DESTINATION_TRANSLATED = 1 << 5;

  private TrackedFlows() {}

  /** Deletes the UDP flows of a family that a test chooses; returns how many. */
  public static int delete(NetlinkSocket socket, Family family, Predicate<TrackedFlow> chosen)
      throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out =
        new MessageWriter()
            .begin(SUBSYSTEM << 8 | GET, MessageWriter.FLAG_DUMP, sent)
            .family(family.number(), 0);
    List<TrackedFlow> doomed = new ArrayList<>();
    socket.request(
        out,
        sent,
        "list tracked connections",
        answer -> read(answer, family).filter(chosen).ifPresent(doomed::add));
    for (TrackedFlow flow : doomed) {
      delete(socket, family, flow);
    }
    return doomed.size();
  }

  private static Optional<TrackedFlow> read(NetlinkMessage message, Family family) {
    Attributes entry = new Attributes(message.payload(), HEADER_BYTES);
    Attributes original = entry.nested(ORIGINAL);
    Attributes ports = original.nested(PORTS);
    if (ports.number(PROTOCOL) != UDP) {
      return Optional.empty();
    }
    boolean v4 = family == Family.IPV4;
    Attributes reply = entry.nested(REPLY);
    return Optional.of(
        new TrackedFlow(
            Bytes.copyOf(original.nested(ADDRESSES).value(v4 ? 2 : 4)),
            (int) ports.number(DESTINATION_PORT),
            Bytes.copyOf(reply.nested(ADDRESSES).value(v4 ? 1 : 3)),
            (int) reply.nested(PORTS).number(SOURCE_PORT),
            (entry.number(STATUS) & DESTINATION_TRANSLATED) != 0,
            Bytes.copyOf(entry.value(ID)),
            Bytes.copyOf(entry.value(ORIGINAL))));
  }

  private static void delete(NetlinkSocket socket, Family family, TrackedFlow flow)
      throws NetlinkException {
    int sent = socket.nextSequence();
    MessageWriter out =
        new MessageWriter()
            .begin(SUBSYSTEM << 8 | DELETE, MessageWriter.FLAG_ACK, sent)
            .family(family.number(), 0)
            .nested(ORIGINAL, flow.tuple().toArray())
            .put(ID, flow.id().toArray());
    try {
      socket.request(out, sent, "delete a tracked connection", _ -> {});
    } catch (NetlinkException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }
}
