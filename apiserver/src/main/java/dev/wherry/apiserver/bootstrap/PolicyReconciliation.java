package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authz.Coverage;
import dev.wherry.apiserver.authz.PolicyRule;
import dev.wherry.apiserver.view.Trees;
import java.util.List;
import java.util.Optional;

/**
 * What to do with a default role or binding that exists already: missing rules, subjects, labels
 * and annotations are added and nothing is taken away, unless the object's annotation {@code
 * rbac.authorization.kubernetes.io/autoupdate} is "false" (upstream's "auto-reconciliation").
 */
public final class PolicyReconciliation {
  private static final String AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";

  private PolicyReconciliation() {}

  /** What to do with one object. */
  public sealed interface Step {
    /** Nothing. */
    record Keep() implements Step {}

    /** Store this new object. */
    record Create(ObjectNode object) implements Step {}

    /** Store this changed object over the existing one. */
    record Update(ObjectNode object) implements Step {}

    /** Delete the existing one and store this: a binding's role cannot be changed. */
    record Recreate(ObjectNode object) implements Step {}
  }

  /** Compares a default object with what exists. */
  public static Step plan(ObjectNode wanted, Optional<ObjectNode> found) {
    if (found.isEmpty()) {
      return new Step.Create(wanted);
    }
    ObjectNode next = found.get().deepCopy();
    if (Trees.text(next, "metadata", "annotations", AUTOUPDATE).equals("false")) {
      return new Step.Keep();
    }
    boolean changed = addMissing(wanted, next, "labels");
    changed |= addMissing(wanted, next, "annotations");
    if (Trees.text(wanted, "kind").endsWith("Binding")) {
      if (!wanted.path("roleRef").equals(next.path("roleRef"))) {
        return new Step.Recreate(wanted);
      }
      changed |= addSubjects(wanted, next);
    } else {
      changed |= addRules(wanted, next);
    }
    return changed ? new Step.Update(next) : new Step.Keep();
  }

  private static boolean addMissing(ObjectNode wanted, ObjectNode next, String field) {
    boolean changed = false;
    ObjectNode target = Trees.object(Trees.object(next, "metadata"), field);
    for (var entry : Trees.textMap(wanted, "metadata", field).entrySet()) {
      if (!target.has(entry.getKey())) {
        target.put(entry.getKey(), entry.getValue());
        changed = true;
      }
    }
    if (target.isEmpty()) {
      Trees.object(next, "metadata").remove(field);
    }
    return changed;
  }

  private static boolean addSubjects(ObjectNode wanted, ObjectNode next) {
    boolean changed = false;
    for (JsonNode subject : wanted.path("subjects")) {
      ArrayNode present = Trees.list(next, "subjects");
      if (!contains(present, subject)) {
        present.add(subject);
        changed = true;
      }
    }
    return changed;
  }

  private static boolean contains(ArrayNode list, JsonNode item) {
    for (JsonNode each : list) {
      if (each.equals(item)) {
        return true;
      }
    }
    return false;
  }

  private static boolean addRules(ObjectNode wanted, ObjectNode next) {
    if (wanted.has("aggregationRule")) {
      // The rules of an aggregated role belong to its controller; only the rule itself is ours.
      if (next.path("aggregationRule").equals(wanted.path("aggregationRule"))) {
        return false;
      }
      next.set("aggregationRule", wanted.path("aggregationRule"));
      return true;
    }
    List<PolicyRule> missing =
        Coverage.missing(
            PolicyRule.listOf(next.path("rules")), PolicyRule.listOf(wanted.path("rules")));
    ArrayNode rules = Trees.list(next, "rules");
    missing.forEach(rule -> rules.add(rule.toJson()));
    return !missing.isEmpty();
  }
}
