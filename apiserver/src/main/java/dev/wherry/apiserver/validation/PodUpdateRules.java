package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What may change of a pod (kubernetes core validation: ValidatePodUpdate). */
final class PodUpdateRules {
  private static final String ALLOWED =
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
          + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
          + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

  private PodUpdateRules() {}

  static void update(Field pod, Field old) {
    Field spec = pod.child("spec");
    Field oldSpec = old.child("spec");
    for (String list : List.of("containers", "initContainers")) {
      if (!sameNumber(spec, oldSpec, list)) {
        spec.child(list).forbidden("pod updates may not add or remove containers");
        return;
      }
    }
    deadline(spec, oldSpec);
    tolerations(spec.child("tolerations"), oldSpec.child("tolerations"));
    ObjectNode now = normalised(spec.node(), oldSpec);
    JsonNode before = oldSpec.node();
    if (!now.equals(before)) {
      spec.forbidden(ALLOWED + "\n" + difference(now, before));
    }
  }

  private static boolean sameNumber(Field spec, Field old, String list) {
    return spec.child(list).node().size() == old.child(list).node().size();
  }

  private static void deadline(Field spec, Field old) {
    Field now = spec.child("activeDeadlineSeconds");
    Field before = old.child("activeDeadlineSeconds");
    if (!before.present()) {
      return;
    }
    if (!now.present()) {
      spec.errors()
          .invalid(
              now.path(), before.node(), "must not update from a positive integer to nil value");
    } else if (now.number() > before.number()) {
      now.invalid("must be less than or equal to previous value");
    }
  }

  private static void tolerations(Field now, Field before) {
    List<JsonNode> kept = new ArrayList<>();
    now.items().forEach(t -> kept.add(withoutSeconds(t.node())));
    for (Field old : before.items()) {
      if (!kept.contains(withoutSeconds(old.node()))) {
        now.forbidden("existing toleration can not be modified except its tolerationSeconds");
        return;
      }
    }
  }

  private static JsonNode withoutSeconds(JsonNode toleration) {
    return toleration instanceof ObjectNode object
        ? object.deepCopy().without("tolerationSeconds")
        : toleration;
  }

  /** The new spec with the old one's values wherever a change is allowed. */
  private static ObjectNode normalised(JsonNode spec, Field old) {
    ObjectNode copy = spec.deepCopy();
    for (String list : List.of("containers", "initContainers")) {
      for (int i = 0; i < copy.path(list).size() && i < old.child(list).node().size(); i++) {
        restore((ObjectNode) copy.path(list).get(i), old.child(list).node().get(i), "image");
      }
    }
    restore(copy, old.node(), "activeDeadlineSeconds");
    restore(copy, old.node(), "tolerations");
    if (old.child("terminationGracePeriodSeconds").number() < 0
        && copy.path("terminationGracePeriodSeconds").asLong() == 1) {
      restore(copy, old.node(), "terminationGracePeriodSeconds");
    }
    if (!old.child("schedulingGates").node().isEmpty()) {
      gated(copy, old.node());
    }
    return copy;
  }

  /** While gates hold a pod, gates may go and placement may be narrowed. */
  private static void gated(ObjectNode copy, JsonNode old) {
    for (String field : List.of("schedulingGates", "nodeSelector", "affinity")) {
      restore(copy, old, field);
    }
  }

  private static void restore(ObjectNode copy, JsonNode old, String field) {
    if (old.has(field)) {
      copy.set(field, old.get(field));
    } else {
      copy.remove(field);
    }
  }

  private static String difference(JsonNode now, JsonNode before) {
    TreeSet<String> names = new TreeSet<>();
    for (JsonNode side : List.of(now, before)) {
      for (Map.Entry<String, JsonNode> e : side.properties()) {
        if (!e.getValue().equals(now.path(e.getKey()))
            || !e.getValue().equals(before.path(e.getKey()))) {
          names.add(e.getKey());
        }
      }
    }
    return "changed: spec." + String.join(", spec.", names);
  }

  /** Containers of a running pod's ephemeralContainers subresource may be added, nothing else. */
  static void ephemeral(Field pod, Field old) {
    Field now = pod.at("spec", "ephemeralContainers");
    for (Field before : old.at("spec", "ephemeralContainers").items()) {
      boolean kept = now.items().stream().anyMatch(c -> c.node().equals(before.node()));
      if (!kept) {
        String name = before.child("name").text();
        boolean changed = now.items().stream().anyMatch(c -> c.child("name").is(name));
        now.forbidden(
            changed
                ? "existing ephemeral containers \"%s\" may not be changed".formatted(name)
                : "existing ephemeral containers \"%s\" may not be removed".formatted(name));
      }
    }
  }
}
