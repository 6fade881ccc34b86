package dev.wherry.network.rtnetlink;

import dev.wherry.model.Bytes;
import dev.wherry.network.rules.Cidr;

/**
 * A route of the main table.
 *
 * @param gateway of the destination's family; no bytes where the destination is on the link
 * @param link index of the interface it leaves by; 0 for a route that refuses what takes it
 * @param onLink that the gateway is there whatever the addresses say
 */
public record Route(Cidr destination, Bytes gateway, int link, boolean onLink) {
  private static final int NOWHERE = 0;

  /** A route that answers what takes it with "unreachable". */
  public static Route closed(Cidr destination) {
    return new Route(destination, Bytes.copyOf(new byte[0]), NOWHERE, false);
  }

  public boolean isClosed() {
    return link == NOWHERE;
  }
}
