package dev.wherry.network.ingress.route;

import java.util.Map;
import java.util.function.Predicate;

/**
 * The rules of one port, by the address that clients connect to. Immutable.
 *
 * @param shared at all addresses that are nobody's own; {@link PortRoutes#NONE} where none are
 * @param own by address, as Java writes it; {@link PortRoutes#NONE} where its owner has not this
 *     port
 */
public record PortTable(PortRoutes shared, Map<String, PortRoutes> own) {
  public static final PortTable NONE = new PortTable(PortRoutes.NONE, Map.of());

  public PortTable {
    own = Map.copyOf(own);
  }

  /** The rules at an address. */
  public PortRoutes at(String address) {
    return own.getOrDefault(address, shared);
  }

  /** Whether clients of every address that both have speak to them in the same way. */
  public boolean speaksAs(PortTable other) {
    Predicate<String> same = address -> speaksAs(at(address), other.at(address));
    return speaksAs(shared, other.shared)
        && own.keySet().stream().allMatch(same)
        && other.own.keySet().stream().allMatch(same);
  }

  private static boolean speaksAs(PortRoutes one, PortRoutes other) {
    return one.isEmpty() || other.isEmpty() || one.speech() == other.speech();
  }
}
