package dev.wherry.cli.client.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a role or binding lacks of a manifest, and has beyond it (component-helpers
 * auth/rbac/reconciliation). Pure.
 *
 * @param object what is to be written
 * @param missing rules or subjects that are added
 * @param extra rules or subjects that the manifest does not have
 */
record RoleMerge(
    ObjectNode object,
    Step step,
    List<JsonNode> missing,
    List<JsonNode> extra,
    boolean isProtected) {
  private static final String AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";

  /** What has to be done. */
  enum Step {
    NONE,
    CREATE,
    UPDATE,
    RECREATE
  }

  RoleMerge {
    missing = List.copyOf(missing);
    extra = List.copyOf(extra);
  }

  /** For an object that is not there. */
  static RoleMerge absent(ObjectNode expected) {
    List<JsonNode> missing = new ArrayList<>();
    expected.path("rules").forEach(missing::add);
    expected.path("subjects").forEach(missing::add);
    return new RoleMerge(expected, Step.CREATE, missing, List.of(), false);
  }

  /**
   * For a role that is there.
   *
   * @param removesExtra whether it loses what the manifest does not have
   */
  static RoleMerge role(ObjectNode existing, JsonNode expected, boolean removesExtra) {
    ObjectNode next = existing.deepCopy();
    boolean changed = mergeMetadata(next, expected);
    List<JsonNode> missing = uncovered(expected.path("rules"), existing.path("rules"));
    List<JsonNode> extra = uncovered(existing.path("rules"), expected.path("rules"));
    if (removesExtra && !(missing.isEmpty() && extra.isEmpty())) {
      next.set("rules", expected.path("rules").deepCopy());
      changed = true;
    } else if (!missing.isEmpty()) {
      next.withArray("/rules").addAll(missing);
      changed = true;
    }
    changed |= mergeAggregation(next, expected, removesExtra);
    return new RoleMerge(
        next, changed ? Step.UPDATE : Step.NONE, missing, extra, optedOut(existing));
  }

  /** For a binding that is there; to another role it has to be made anew. */
  static RoleMerge binding(ObjectNode existing, ObjectNode expected, boolean removesExtra) {
    if (!existing.path("roleRef").equals(expected.path("roleRef"))) {
      return new RoleMerge(expected, Step.RECREATE, List.of(), List.of(), false);
    }
    ObjectNode next = existing.deepCopy();
    boolean changed = mergeMetadata(next, expected);
    List<JsonNode> missing = without(expected.path("subjects"), existing.path("subjects"));
    List<JsonNode> extra = without(existing.path("subjects"), expected.path("subjects"));
    if (removesExtra && !(missing.isEmpty() && extra.isEmpty())) {
      next.set("subjects", expected.path("subjects").deepCopy());
      changed = true;
    } else if (!missing.isEmpty()) {
      next.withArray("/subjects").addAll(missing);
      changed = true;
    }
    return new RoleMerge(
        next, changed ? Step.UPDATE : Step.NONE, missing, extra, optedOut(existing));
  }

  private static boolean optedOut(JsonNode existing) {
    return existing.path("metadata").path("annotations").path(AUTOUPDATE).asText().equals("false");
  }

  /** What is there already stays as it is. */
  private static boolean mergeMetadata(ObjectNode next, JsonNode expected) {
    boolean changed = false;
    for (String field : List.of("annotations", "labels")) {
      for (var one : expected.path("metadata").path(field).properties()) {
        ObjectNode there = next.withObject("/metadata").withObject("/" + field);
        if (!there.has(one.getKey())) {
          there.set(one.getKey(), one.getValue());
          changed = true;
        }
      }
    }
    return changed;
  }

  private static boolean mergeAggregation(
      ObjectNode next, JsonNode expected, boolean removesExtra) {
    String path = "/aggregationRule/clusterRoleSelectors";
    JsonNode wanted = expected.at(path);
    JsonNode there = next.at(path);
    List<JsonNode> missing = without(wanted, there);
    if (removesExtra && !(missing.isEmpty() && without(there, wanted).isEmpty())) {
      next.set("aggregationRule", expected.path("aggregationRule").deepCopy());
      return true;
    }
    if (!missing.isEmpty()) {
      next.withObject("/aggregationRule").withArray("/clusterRoleSelectors").addAll(missing);
      return true;
    }
    return false;
  }

  private static List<JsonNode> elements(JsonNode list) {
    List<JsonNode> all = new ArrayList<>();
    list.forEach(all::add);
    return all;
  }

  private static List<JsonNode> without(JsonNode list, JsonNode others) {
    List<JsonNode> left = elements(list);
    left.removeAll(elements(others));
    return left;
  }

  /** The single permissions of some rules that no rule of the others grants. */
  private static List<JsonNode> uncovered(JsonNode rules, JsonNode others) {
    Set<JsonNode> left = new LinkedHashSet<>();
    for (JsonNode rule : rules) {
      for (JsonNode single : singles(rule)) {
        boolean covered = elements(others).stream().anyMatch(other -> covers(other, single));
        if (!covered) {
          left.add(single);
        }
      }
    }
    return List.copyOf(left);
  }

  private static List<JsonNode> singles(JsonNode rule) {
    List<JsonNode> singles = new ArrayList<>();
    for (JsonNode group : rule.path("apiGroups")) {
      for (JsonNode resource : rule.path("resources")) {
        for (JsonNode verb : rule.path("verbs")) {
          if (rule.path("resourceNames").isEmpty()) {
            singles.add(single(verb, "apiGroups", group, "resources", resource));
          }
          for (JsonNode name : rule.path("resourceNames")) {
            ObjectNode one = single(verb, "apiGroups", group, "resources", resource);
            one.putArray("resourceNames").add(name);
            singles.add(one);
          }
        }
      }
    }
    for (JsonNode url : rule.path("nonResourceURLs")) {
      for (JsonNode verb : rule.path("verbs")) {
        ObjectNode one = Json.object();
        one.putArray("verbs").add(verb);
        one.putArray("nonResourceURLs").add(url);
        singles.add(one);
      }
    }
    return singles;
  }

  private static ObjectNode single(
      JsonNode verb, String first, JsonNode group, String second, JsonNode resource) {
    ObjectNode one = Json.object();
    one.putArray("verbs").add(verb);
    one.putArray(first).add(group);
    one.putArray(second).add(resource);
    return one;
  }

  private static boolean covers(JsonNode rule, JsonNode single) {
    boolean verbs = has(rule.path("verbs"), single.path("verbs").path(0).asText());
    if (single.has("nonResourceURLs")) {
      String url = single.path("nonResourceURLs").path(0).asText();
      return verbs
          && elements(rule.path("nonResourceURLs")).stream()
              .map(JsonNode::asText)
              .anyMatch(own ->
                  own.equals(url)
                      || (own.endsWith("*") && url.startsWith(own.substring(0, own.length() - 1))));
    }
    String resource = single.path("resources").path(0).asText();
    int slash = resource.indexOf('/');
    boolean resources =
        has(rule.path("resources"), resource)
            || (slash >= 0 && has(rule.path("resources"), "*" + resource.substring(slash)));
    boolean names =
        rule.path("resourceNames").isEmpty()
            || (single.has("resourceNames")
                && exactly(
                    rule.path("resourceNames"), single.path("resourceNames").path(0).asText()));
    return verbs
        && resources
        && names
        && has(rule.path("apiGroups"), single.path("apiGroups").path(0).asText());
  }

  private static boolean has(JsonNode list, String value) {
    return exactly(list, value) || exactly(list, "*");
  }

  private static boolean exactly(JsonNode list, String value) {
    return elements(list).stream().anyMatch(one -> one.asText().equals(value));
  }

  /** As Go prints the struct with {@code %+v}. */
  static String text(JsonNode part) {
    if (part.has("kind")) {
      return "{Kind:%s APIGroup:%s Name:%s Namespace:%s}"
          .formatted(
              part.path("kind").asText(),
              part.path("apiGroup").asText(),
              part.path("name").asText(),
              part.path("namespace").asText());
    }
    return "{Verbs:%s APIGroups:%s Resources:%s ResourceNames:%s NonResourceURLs:%s}"
        .formatted(
            words(part, "verbs"),
            words(part, "apiGroups"),
            words(part, "resources"),
            words(part, "resourceNames"),
            words(part, "nonResourceURLs"));
  }

  private static String words(JsonNode part, String field) {
    return part.path(field) instanceof ArrayNode list
        ? "[" + String.join(" ", elements(list).stream().map(JsonNode::asText).toList()) + "]"
        : "[]";
  }
}
