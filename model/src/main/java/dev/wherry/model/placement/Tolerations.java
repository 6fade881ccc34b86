package dev.wherry.model.placement;

import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.core.v1.Toleration;
import java.util.List;

/** What pods put up with (core/v1 Toleration.ToleratesTaint). */
public final class Tolerations {
  private Tolerations() {}

  /** Whether one of them puts up with a taint. */
  public static boolean anyTolerates(List<Toleration> tolerations, Taint taint) {
    return tolerations.stream().anyMatch(one -> tolerates(one, taint));
  }

  /** Whether one toleration puts up with one taint; times are not looked at. */
  public static boolean tolerates(Toleration toleration, Taint taint) {
    boolean meant =
        (toleration.effect().isEmpty() || toleration.effect().equals(taint.effect()))
            && (toleration.key().isEmpty() || toleration.key().equals(taint.key()));
    return meant
        && switch (toleration.operator()) {
          case "Exists" -> true;
          case "", "Equal" ->
              !toleration.key().isEmpty() && toleration.value().equals(taint.value());
          default -> false;
        };
  }
}
