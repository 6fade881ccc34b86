package dev.wherry.kubelet.env;

import dev.wherry.kubelet.resource.Requirements;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ResourceFieldSelector;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/**
 * Values of a container's requests and limits (rule: downward API; a limit that is not set is the
 * node's).
 */
public final class ResourceRefs {
  private ResourceRefs() {}

  /**
   * The amount in units of the divisor, rounded up.
   *
   * @throws ConfigException when there is no such resource field
   */
  public static String value(
      ResourceFieldSelector selector, Container container, Map<String, Quantity> allocatable)
      throws ConfigException {
    String field = selector.resource();
    int dot = field.indexOf('.');
    String side = dot < 0 ? "" : field.substring(0, dot);
    String name = dot < 0 ? "" : field.substring(dot + 1);
    Map<String, Quantity> limits = Requirements.of(container).limits();
    Map<String, Quantity> requests = Requirements.of(container).requests();
    Quantity amount =
        switch (side) {
          case "limits" -> limits.getOrDefault(name, allocatable.getOrDefault(name, Quantity.ZERO));
          case "requests" -> requests.getOrDefault(name, limits.getOrDefault(name, Quantity.ZERO));
          default -> throw new ConfigException("Unsupported container resource : " + field);
        };
    Quantity divisor = selector.divisor();
    BigDecimal unit = divisor == null || divisor.signum() == 0 ? BigDecimal.ONE : divisor.amount();
    return amount.amount().divide(unit, 0, RoundingMode.CEILING).toPlainString();
  }
}
