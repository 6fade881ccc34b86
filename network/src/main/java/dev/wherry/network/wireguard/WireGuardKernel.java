package dev.wherry.network.wireguard;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Attributes;
import dev.wherry.network.netlink.Errno;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkException;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import java.util.List;

/**
 * The kernel's WireGuard in the network namespace of the thread that opens it; used by one thread.
 */
public final class WireGuardKernel implements AutoCloseable {
  private final NetlinkSocket socket;
  private final WireGuardMessages messages;

  private WireGuardKernel(NetlinkSocket socket, int family) {
    this.socket = socket;
    this.messages = new WireGuardMessages(family, socket::nextSequence);
  }

  /**
   * Opens a socket to it; the kernel loads its module where it has one.
   *
   * @throws NetlinkException ENOENT when this kernel has no WireGuard
   */
  public static WireGuardKernel open() throws NetlinkException {
    NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.PROTOCOL_GENERIC, 0);
    try {
      return new WireGuardKernel(socket, family(socket));
    } catch (NetlinkException e) {
      socket.close();
      throw e;
    }
  }

  private static int family(NetlinkSocket socket) throws NetlinkException {
    MessageWriter question = WireGuardMessages.family(socket.nextSequence());
    int[] family = {0};
    socket.request(
        question,
        question.sequence(),
        "looking for WireGuard",
        answer ->
            family[0] =
                new Attributes(answer.payload(), Wire.HEADER_BYTES).hostNumber(Wire.FAMILY_ID));
    return family[0];
  }

  /**
   * Whether this kernel has it.
   *
   * @throws NetlinkException when the kernel cannot be asked
   */
  public static boolean isPresent() throws NetlinkException {
    try (WireGuardKernel _ = open()) {
      return true;
    } catch (NetlinkException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /**
   * An interface's public key, port and peers.
   *
   * @throws NetlinkException EOPNOTSUPP when it is of another kind, ENODEV when there is none
   */
  public WireGuardDevice read(int link) throws NetlinkException {
    MessageWriter question = messages.get(link);
    List<NetlinkMessage> dump = socket.dump(question, question.sequence(), "read WireGuard");
    return WireGuardDevice.read(dump);
  }

  /** Gives an interface its private key and its UDP port. */
  public void configure(int link, Bytes privateKey, int port) throws NetlinkException {
    commit(messages.set(link, privateKey, port), "give WireGuard its key and UDP port " + port);
  }

  /** Changes an interface's peers, in the order of the changes. */
  public void change(int link, List<PeerChange> changes) throws NetlinkException {
    for (MessageWriter message : messages.change(link, changes)) {
      commit(message, "change WireGuard's peers");
    }
  }

  private void commit(MessageWriter message, String what) throws NetlinkException {
    socket.request(message, message.sequence(), what, _ -> {});
  }

  @Override
  public void close() {
    socket.close();
  }
}
