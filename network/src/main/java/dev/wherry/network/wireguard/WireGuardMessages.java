package dev.wherry.network.wireguard;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.rules.AddressFamily;
import dev.wherry.network.rules.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Writes requests to the kernel's WireGuard, as the comment in linux/wireguard.h lays them out.
 *
 * @param family its number among generic netlink's
 * @param sequence a number for each next message
 */
record WireGuardMessages(int family, IntSupplier sequence) {
  /** An attribute holds 64 KiB at most; a peer of two ranges takes some 150 bytes. */
  private static final int PEERS_BYTES_MAX = 32 << 10;

  /** The question for WireGuard's number. */
  static MessageWriter family(int sequence) {
    return new MessageWriter()
        .begin(Wire.CONTROLLER, MessageWriter.FLAG_ACK, sequence)
        .fixed(new byte[] {Wire.GET_FAMILY, Wire.VERSION, 0, 0})
        .text(Wire.FAMILY_NAME, Wire.NAME);
  }

  private MessageWriter begin(int command, int flags, int link) {
    return new MessageWriter()
        .begin(family, flags, sequence.getAsInt())
        .fixed(new byte[] {(byte) command, Wire.VERSION, 0, 0})
        .hostU32(Wire.DEVICE_INDEX, link);
  }

  /** The question for an interface. */
  MessageWriter get(int link) {
    return begin(Wire.GET_DEVICE, MessageWriter.FLAG_DUMP, link);
  }

  /** Gives an interface its key and port. */
  MessageWriter set(int link, Bytes privateKey, int port) {
    return begin(Wire.SET_DEVICE, MessageWriter.FLAG_ACK, link)
        .put(Wire.DEVICE_PRIVATE_KEY, privateKey.toArray())
        .hostU16(Wire.DEVICE_PORT, port);
  }

  /** Changes an interface's peers; many take several messages. */
  List<MessageWriter> change(int link, List<PeerChange> changes) {
    List<MessageWriter> messages = new ArrayList<>();
    int next = 0;
    while (next < changes.size()) {
      MessageWriter out =
          begin(Wire.SET_DEVICE, MessageWriter.FLAG_ACK, link).nest(Wire.DEVICE_PEERS);
      while (next < changes.size() && out.nestedBytes() < PEERS_BYTES_MAX) {
        write(out, changes.get(next));
        next++;
      }
      messages.add(out.close());
    }
    return messages;
  }

  private static void write(MessageWriter out, PeerChange change) {
    out.nest(Wire.ELEMENT);
    switch (change) {
      case PeerChange.Removed(Bytes publicKey) ->
          out.put(Wire.PEER_PUBLIC_KEY, publicKey.toArray())
              .hostU32(Wire.PEER_FLAGS, Wire.REMOVE_PEER);
      case PeerChange.Written(WireGuardPeer peer, boolean moved) -> {
        out.put(Wire.PEER_PUBLIC_KEY, peer.publicKey().toArray());
        out.hostU32(Wire.PEER_FLAGS, Wire.REPLACE_ALLOWED);
        if (moved) {
          peer.endpoint().ifPresent(end -> out.put(Wire.PEER_ENDPOINT, end.toSocketAddress()));
        }
        out.nest(Wire.PEER_ALLOWED);
        peer.allowed().forEach(range -> write(out, range));
        out.close();
      }
    }
    out.close();
  }

  private static void write(MessageWriter out, Cidr range) {
    boolean v4 = range.family() == AddressFamily.V4;
    out.nest(Wire.ELEMENT)
        .hostU16(Wire.ALLOWED_FAMILY, v4 ? Wire.IPV4_FAMILY : Wire.IPV6_FAMILY)
        .put(Wire.ALLOWED_ADDRESS, range.address().toArray())
        .u8(Wire.ALLOWED_PREFIX, range.prefix())
        .close();
  }
}
