package dev.wherry.network.wireguard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.MessageWriter;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.rules.Cidr;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Against bytes laid out by hand after linux/genetlink.h and linux/wireguard.h, little endian. */
class WireGuardMessagesTest {
  private static final int LINK = 9;
  private static final String KEY = "11".repeat(32);
  private static final String OTHER = "22".repeat(32);
  private static final WireGuardMessages MESSAGES = new WireGuardMessages(0x1d, () -> 7);

  private static String hex(MessageWriter message) {
    return HexFormat.of().formatHex(message.toArray());
  }

  private static Bytes bytes(String hex) {
    return Bytes.copyOf(HexFormat.of().parseHex(hex));
  }

  private static WireGuardPeer peer(String key, String address, String... ranges) {
    Bytes end = Bytes.copyOf(InetAddress.ofLiteral(address).getAddress());
    return new WireGuardPeer(
        bytes(key),
        Optional.of(new Endpoint(end, 51820)),
        Stream.of(ranges).map(Cidr::parse).toList());
  }

  @Test
  void family_isAskedOfTheController() {
    assertEquals(
        "24000000"
            + "1000"
            + "0500"
            + "07000000"
            + "00000000" // length, type, flags, sequence
            + "03010000" // CTRL_CMD_GETFAMILY, version
            + "0e000200"
            + "77697265677561726400"
            + "0000", // "wireguard" with its zero, padded
        hex(WireGuardMessages.family(7)));
  }

  @Test
  void device_isAskedAndSetByIndex() {
    assertEquals(
        "1c000000"
            + "1d00"
            + "0103"
            + "07000000"
            + "00000000"
            + "00010000"
            + "08000100"
            + "09000000",
        hex(MESSAGES.get(LINK)));
    assertEquals(
        "48000000"
            + "1d00"
            + "0500"
            + "07000000"
            + "00000000"
            + "01010000" // WG_CMD_SET_DEVICE, version
            + "08000100"
            + "09000000" // index
            + "24000300"
            + KEY // private key
            + "06000600"
            + "6cca"
            + "0000", // port 51820, in the host's order
        hex(MESSAGES.set(LINK, bytes(KEY), 51820)));
  }

  @Test
  void peers_areNestedInLists() {
    WireGuardPeer written = peer(KEY, "192.0.2.9", "10.42.1.0/24", "fd42:0:0:1::/64");
    List<MessageWriter> messages =
        MESSAGES.change(
            LINK,
            List.of(new PeerChange.Removed(bytes(OTHER)), new PeerChange.Written(written, true)));
    assertEquals(1, messages.size());
    assertEquals(
        "dc000000"
            + "1d00"
            + "0500"
            + "07000000"
            + "00000000"
            + "01010000"
            + "08000100"
            + "09000000"
            + "c0000880" // WGDEVICE_A_PEERS
            + "30000080" // the first
            + "24000100"
            + OTHER
            + "08000300"
            + "01000000" // WGPEER_F_REMOVE_ME
            + "8c000080" // the second
            + "24000100"
            + KEY
            + "08000300"
            + "02000000" // WGPEER_F_REPLACE_ALLOWEDIPS
            + "14000400"
            + "0200"
            + "ca6c"
            + "c0000209"
            + "0000000000000000" // sockaddr_in
            + "48000980" // WGPEER_A_ALLOWEDIPS
            + "1c000080"
            + "06000100"
            + "02000000"
            + "08000200"
            + "0a2a0100"
            + "05000300"
            + "18000000"
            + "28000080"
            + "06000100"
            + "0a000000"
            + "14000200"
            + "fd420000000000010000000000000000"
            + "05000300"
            + "40000000",
        hex(messages.getFirst()));
  }

  @Test
  void endpoint_ofTheSixthFamily_isASockaddrIn6() {
    Endpoint end = peer(KEY, "2001:db8::7").endpoint().orElseThrow();
    assertEquals(
        "0a00" + "ca6c" + "00000000" + "20010db8000000000000000000000007" + "00000000",
        HexFormat.of().formatHex(end.toSocketAddress()));
    assertEquals(Optional.of(end), Endpoint.of(end.toSocketAddress()));
  }

  @Test
  void peers_ofAThousandNodes_takeSeveralMessages() {
    List<PeerChange> changes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String key = "%064x".formatted(i);
      String range = "10.%d.%d.0/24".formatted(i / 250, i % 250);
      changes.add(new PeerChange.Written(peer(key, "192.0.2.9", range), true));
    }
    List<MessageWriter> messages = MESSAGES.change(LINK, changes);
    assertTrue(messages.size() > 1, "an attribute holds 64 KiB");
    List<NetlinkMessage> all = new ArrayList<>();
    for (MessageWriter each : messages) {
      assertTrue(each.size() < 1 << 16, each.size() + " bytes");
      all.addAll(NetlinkMessage.split(ByteBuffer.wrap(each.toArray())));
    }
    List<WireGuardPeer> read = WireGuardDevice.read(all).peers();
    assertEquals(changes, read.stream().map(each -> new PeerChange.Written(each, true)).toList());
  }

  @Test
  void device_inParts_isReadWhole() {
    MessageWriter first =
        new MessageWriter()
            .begin(0x1d, 0, 7)
            .fixed(new byte[] {0, 1, 0, 0})
            .put(Wire.DEVICE_PUBLIC_KEY, bytes(OTHER).toArray())
            .hostU16(Wire.DEVICE_PORT, 51820);
    WireGuardPeer start = peer(KEY, "192.0.2.9", "10.42.1.0/24");
    WireGuardPeer more = peer(KEY, "192.0.2.9", "10.42.2.0/24");
    List<NetlinkMessage> parts = new ArrayList<>();
    parts.addAll(NetlinkMessage.split(ByteBuffer.wrap(first.toArray())));
    for (PeerChange each :
        List.of(new PeerChange.Written(start, true), new PeerChange.Written(more, false))) {
      MessageWriter part = MESSAGES.change(LINK, List.of(each)).getFirst();
      parts.addAll(NetlinkMessage.split(ByteBuffer.wrap(part.toArray())));
    }
    assertEquals(
        new WireGuardDevice(
            bytes(OTHER), 51820, List.of(peer(KEY, "192.0.2.9", "10.42.1.0/24", "10.42.2.0/24"))),
        WireGuardDevice.read(parts));
  }
}
