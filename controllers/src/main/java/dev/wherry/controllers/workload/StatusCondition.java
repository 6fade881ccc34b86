package dev.wherry.controllers.workload;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A condition in the shape that the statuses of several kinds have. */
public record StatusCondition(
    String type,
    String status,
    String reason,
    String message,
    @Nullable Instant lastTransitionTime) {

  public static Optional<StatusCondition> find(List<StatusCondition> all, String type) {
    return all.stream().filter(c -> c.type().equals(type)).findFirst();
  }

  /** The conditions with this one in place of its type's; the same status and reason stay. */
  public static List<StatusCondition> with(List<StatusCondition> all, StatusCondition wanted) {
    Optional<StatusCondition> before = find(all, wanted.type());
    if (before.isPresent()
        && before.get().status().equals(wanted.status())
        && before.get().reason().equals(wanted.reason())) {
      return all;
    }
    List<StatusCondition> kept = new ArrayList<>(without(all, wanted.type()));
    kept.add(wanted);
    return kept;
  }

  public static List<StatusCondition> without(List<StatusCondition> all, String type) {
    return all.stream().filter(c -> !c.type().equals(type)).toList();
  }
}
