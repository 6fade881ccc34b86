package dev.wherry.network.rtnetlink;

import dev.wherry.model.Bytes;
import java.util.Optional;

/**
 * A network interface.
 *
 * @param index its number in the namespace
 * @param mtu in bytes
 * @param hardware its address on the link; none for some kinds
 * @param tunnel what it carries where, when it is a VXLAN device
 */
public record Link(
    int index, String name, int mtu, boolean up, Bytes hardware, Optional<Vxlan> tunnel) {

  /**
   * A VXLAN (RFC 7348).
   *
   * @param network its number, VNI
   * @param port UDP, on all of its ends
   * @param local this end's address
   */
  public record Vxlan(int network, int port, Bytes local) {}
}
