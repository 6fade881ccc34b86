package dev.wherry.network.wireguard;

import dev.wherry.model.Bytes;
import dev.wherry.network.netlink.Attributes;
import dev.wherry.network.netlink.Attributes.Attribute;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.rules.Cidr;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An interface as the kernel has it, without its private key.
 *
 * @param publicKey no bytes while it has none
 * @param port UDP; 0 while it has none
 */
public record WireGuardDevice(Bytes publicKey, int port, List<WireGuardPeer> peers) {
  public WireGuardDevice {
    peers = List.copyOf(peers);
  }

  /** Reads the parts of a dump; a peer with many ranges goes on in the next part. */
  static WireGuardDevice read(List<NetlinkMessage> dump) {
    Bytes publicKey = Bytes.copyOf(new byte[0]);
    int port = 0;
    Map<Bytes, WireGuardPeer> peers = new LinkedHashMap<>();
    for (NetlinkMessage part : dump) {
      Attributes device = new Attributes(part.payload(), Wire.HEADER_BYTES);
      byte[] key = device.value(Wire.DEVICE_PUBLIC_KEY);
      if (key.length > 0) {
        publicKey = Bytes.copyOf(key);
      }
      if (device.find(Wire.DEVICE_PORT).isPresent()) {
        port = device.hostNumber(Wire.DEVICE_PORT);
      }
      for (Attribute each : device.nested(Wire.DEVICE_PEERS).all()) {
        WireGuardPeer peer = peer(each.nested());
        peers.merge(peer.publicKey(), peer, WireGuardDevice::joined);
      }
    }
    return new WireGuardDevice(publicKey, port, List.copyOf(peers.values()));
  }

  private static WireGuardPeer joined(WireGuardPeer first, WireGuardPeer more) {
    List<Cidr> allowed = new ArrayList<>(first.allowed());
    allowed.addAll(more.allowed());
    return new WireGuardPeer(first.publicKey(), first.endpoint(), allowed);
  }

  private static WireGuardPeer peer(Attributes peer) {
    Optional<Endpoint> endpoint = Endpoint.of(peer.value(Wire.PEER_ENDPOINT));
    List<Cidr> allowed =
        peer.nested(Wire.PEER_ALLOWED).all().stream()
            .map(Attribute::nested)
            .map(range ->
                Cidr.of(range.value(Wire.ALLOWED_ADDRESS), (int) range.number(Wire.ALLOWED_PREFIX)))
            .toList();
    return new WireGuardPeer(Bytes.copyOf(peer.value(Wire.PEER_PUBLIC_KEY)), endpoint, allowed);
  }
}
