package dev.wherry.network.dns.forward;

import java.net.InetSocketAddress;

/** Another server, and what is thought of it. On the forwarder's loop. */
final class Upstream {
  /** So many silences in a row and it is asked last. */
  private static final int SILENCES_MAX = 2;

  private final InetSocketAddress address;
  private int silences;
  private boolean probed;
  private boolean looped;

  Upstream(InetSocketAddress address) {
    this.address = address;
  }

  InetSocketAddress address() {
    return address;
  }

  void answered() {
    silences = 0;
  }

  void wasSilent() {
    silences++;
  }

  boolean healthy() {
    return silences < SILENCES_MAX;
  }

  /** Whether somebody already looks after it. */
  boolean probed() {
    return probed;
  }

  void setProbed(boolean now) {
    probed = now;
  }

  /** Whether what it is asked comes back to us. */
  boolean looped() {
    return looped;
  }

  void setLooped(boolean now) {
    looped = now;
  }

  @Override
  public String toString() {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}
