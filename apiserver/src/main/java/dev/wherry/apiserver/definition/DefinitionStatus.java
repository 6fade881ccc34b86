package dev.wherry.apiserver.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.StructuralRules;
import dev.wherry.apiserver.validation.Approval;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException.Cause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The status that a definition should have, given all others of its group. */
final class DefinitionStatus {
  static final String FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

  private final ObjectNode definition;
  private final ObjectNode status;
  private final Instant now;

  private DefinitionStatus(ObjectNode definition, Instant now) {
    this.definition = definition.deepCopy();
    this.status =
        this.definition.get("status") instanceof ObjectNode known
            ? known
            : this.definition.putObject("status");
    this.now = now;
  }

  /**
   * The definition with the status that it should have.
   *
   * @param others of the same group
   */
  static ObjectNode settle(ObjectNode definition, List<ObjectNode> others, Instant now) {
    DefinitionStatus result = new DefinitionStatus(definition, now);
    result.approval();
    result.names(others);
    result.structure();
    return result.definition;
  }

  /** With a condition; its time moves only when its status does. */
  static ObjectNode with(
      ObjectNode definition, String type, boolean is, String reason, String message, Instant now) {
    DefinitionStatus result = new DefinitionStatus(definition, now);
    result.set(type, is, reason, message);
    return result.definition;
  }

  static boolean isTrue(JsonNode definition, String type) {
    return find(definition.path("status"), type).path("status").asText().equals("True");
  }

  private static JsonNode find(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return Json.object();
  }

  /** Groups cannot change, so the condition never goes. */
  private void approval() {
    Approval.of(definition)
        .ifPresent(approval ->
            set(
                "KubernetesAPIApprovalPolicyConformant",
                approval.state() == Approval.State.APPROVED,
                approval.state().reason(),
                approval.message()));
  }

  private void names(List<ObjectNode> others) {
    Set<String> resources = new HashSet<>();
    Set<String> kinds = new HashSet<>();
    for (ObjectNode other : others) {
      JsonNode taken = other.path("status").path("acceptedNames");
      resources.add(taken.path("plural").asText());
      resources.add(taken.path("singular").asText());
      taken.path("shortNames").forEach(name -> resources.add(name.asText()));
      kinds.add(taken.path("kind").asText());
      kinds.add(taken.path("listKind").asText());
    }
    JsonNode wanted = definition.path("spec").path("names");
    ObjectNode accepted = status.withObject("/acceptedNames");
    List<String[]> conflicts = new ArrayList<>();
    accept("plural", "PluralConflict", wanted, accepted, resources, conflicts);
    accept("singular", "SingularConflict", wanted, accepted, resources, conflicts);
    acceptShortNames(wanted, accepted, resources, conflicts);
    accept("kind", "KindConflict", wanted, accepted, kinds, conflicts);
    accept("listKind", "ListKindConflict", wanted, accepted, kinds, conflicts);
    if (wanted.has("categories")) {
      accepted.set("categories", wanted.get("categories").deepCopy());
    } else {
      accepted.remove("categories");
    }
    boolean good = conflicts.isEmpty();
    String[] last = good ? new String[] {"NoConflicts", "no conflicts found"} : conflicts.getLast();
    set("NamesAccepted", good, last[0], last[1]);
    establish(good);
  }

  private static void accept(
      String field,
      String reason,
      JsonNode wanted,
      ObjectNode accepted,
      Set<String> taken,
      List<String[]> conflicts) {
    String name = wanted.path(field).asText();
    if (!name.equals(accepted.path(field).asText()) && taken.contains(name)) {
      conflicts.add(new String[] {reason, "\"" + name + "\" is already in use"});
      if (!accepted.has(field) && (field.equals("plural") || field.equals("kind"))) {
        accepted.put(field, "");
      }
    } else {
      accepted.put(field, name);
    }
  }

  private static void acceptShortNames(
      JsonNode wanted, ObjectNode accepted, Set<String> taken, List<String[]> conflicts) {
    Set<String> ours = new HashSet<>();
    accepted.path("shortNames").forEach(name -> ours.add(name.asText()));
    List<String> used = new ArrayList<>();
    for (JsonNode name : wanted.path("shortNames")) {
      if (!ours.contains(name.asText()) && taken.contains(name.asText())) {
        used.add("\"" + name.asText() + "\" is already in use");
      }
    }
    if (!used.isEmpty()) {
      String all = used.size() == 1 ? used.getFirst() : "[" + String.join(", ", used) + "]";
      conflicts.add(new String[] {"ShortNamesConflict", all});
    } else if (wanted.path("shortNames").isEmpty()) {
      accepted.remove("shortNames");
    } else {
      accepted.set("shortNames", wanted.get("shortNames").deepCopy());
    }
  }

  /** Once established, a definition stays so whatever becomes of its names. */
  private void establish(boolean accepted) {
    if (isTrue(definition, "Established")) {
      return;
    }
    if (accepted) {
      set("Established", true, "InitialNamesAccepted", "the initial names have been accepted");
    } else {
      set("Established", false, "NotAccepted", "not all names are accepted");
    }
  }

  private void structure() {
    List<Cause> violations = violations(definition.path("spec"));
    if (violations.isEmpty()) {
      remove("NonStructuralSchema");
      return;
    }
    List<String> texts =
        violations.stream().map(cause -> cause.field() + ": " + cause.message()).toList();
    String all = texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
    set("NonStructuralSchema", true, "Violations", all);
  }

  private static List<Cause> violations(JsonNode spec) {
    List<Cause> all = new ArrayList<>();
    if (spec.path("preserveUnknownFields").asBoolean()) {
      all.add(Cause.invalid("spec.preserveUnknownFields", true, "must be false"));
    }
    for (int i = 0; i < spec.path("versions").size(); i++) {
      JsonNode schema = spec.path("versions").get(i).path("schema").path("openAPIV3Schema");
      if (schema.isObject()) {
        all.addAll(
            StructuralRules.check(schema, "spec.versions[" + i + "].schema.openAPIV3Schema"));
      }
    }
    return all;
  }

  private void remove(String type) {
    ArrayNode kept = Json.array();
    for (JsonNode condition : status.path("conditions")) {
      if (!condition.path("type").asText().equals(type)) {
        kept.add(condition);
      }
    }
    status.set("conditions", kept);
  }

  private void set(String type, boolean is, String reason, String message) {
    JsonNode before = find(status, type);
    String value = is ? "True" : "False";
    ObjectNode condition = before instanceof ObjectNode known ? known : Json.object();
    boolean same = condition.path("status").asText().equals(value);
    if (!condition.has("type")) {
      status.withArray("/conditions").add(condition);
    }
    String since =
        same && condition.has("lastTransitionTime")
            ? condition.path("lastTransitionTime").asText()
            : Times.time(now);
    condition.put("lastTransitionTime", since).put("message", message).put("reason", reason);
    condition.put("status", value).put("type", type);
  }
}
