package dev.wherry.apiserver.fieldmanager;

import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.PathElement;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fields that an apply would take from their owners, and the 409 that says so. */
final class Conflicts extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One field of one other owner. */
  record Conflict(ManagerId manager, List<PathElement> path) {
    String shownPath() {
      return FieldSet.shown(path);
    }
  }

  private final transient List<Conflict> conflicts;

  private Conflicts(List<Conflict> conflicts) {
    super(null, null, false, false);
    this.conflicts = conflicts;
  }

  static Conflicts of(Map<ManagerId, FieldSet> sets) {
    List<Conflict> all = new ArrayList<>();
    sets.entrySet().stream()
        .sorted(Comparator.comparing(e -> e.getKey().shown()))
        .forEach(e -> e.getValue().forEach(path -> all.add(new Conflict(e.getKey(), path))));
    return new Conflicts(all);
  }

  FieldSet fields() {
    FieldSet.Builder all = new FieldSet.Builder();
    conflicts.forEach(conflict -> all.insert(conflict.path()));
    return all.build();
  }

  /** These without the fields of a set. */
  Conflicts without(FieldSet allowed) {
    return new Conflicts(conflicts.stream().filter(c -> !allowed.has(c.path())).toList());
  }

  /** The answer (apimachinery NewApplyConflict), each conflict a cause. */
  ApiException answer() {
    List<ApiException.Cause> causes = new ArrayList<>();
    for (Conflict conflict : conflicts) {
      causes.add(
          new ApiException.Cause(
              "FieldManagerConflict",
              "conflict with " + conflict.manager().shown(),
              conflict.shownPath()));
    }
    return new ApiException(
        Reason.CONFLICT, message(), new ApiException.Details("", "", "", "", 0, causes));
  }

  private String message() {
    if (conflicts.size() == 1) {
      Conflict one = conflicts.getFirst();
      return "Apply failed with 1 conflict: conflict with "
          + one.manager().shown()
          + ": "
          + one.shownPath();
    }
    Map<String, List<String>> byManager = new TreeMap<>();
    for (Conflict conflict : conflicts) {
      byManager
          .computeIfAbsent(conflict.manager().shown(), m -> new ArrayList<>())
          .add("- " + conflict.shownPath());
    }
    List<String> lines = new ArrayList<>();
    byManager.forEach((manager, paths) -> {
      lines.add("conflicts with " + manager + ":");
      lines.addAll(paths);
    });
    return "Apply failed with " + conflicts.size() + " conflicts: " + String.join("\n", lines);
  }
}
