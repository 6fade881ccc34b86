package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.status.ApiException.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every field that a validation speaks of is declared too (apiextensions schema/complete.go). */
final class Completeness {
  private final List<Cause> causes = new ArrayList<>();

  private Completeness() {}

  /** What is spoken of but not declared. */
  static List<Cause> check(JsonNode schema, String path) {
    Completeness completeness = new Completeness();
    completeness.complete(schema, schema, path);
    return completeness.causes;
  }

  private void required(String path, String said) {
    causes.add(new Cause("FieldValueRequired", "Required value: " + said, path));
  }

  private void complete(JsonNode s, JsonNode skeleton, String path) {
    for (String junctor : List.of("allOf", "anyOf", "oneOf")) {
      for (int i = 0; i < s.path(junctor).size(); i++) {
        within(s.path(junctor).get(i), skeleton, path + "." + junctor + "[" + i + "]", path);
      }
    }
    if (s.path("not").isObject()) {
      within(s.path("not"), skeleton, path + ".not", path);
    }
    if (s.path("items").isObject()) {
      complete(s.path("items"), s.path("items"), path + ".items");
    }
    for (Map.Entry<String, JsonNode> e : s.path("properties").properties()) {
      complete(e.getValue(), e.getValue(), path + ".properties[" + e.getKey() + "]");
    }
    if (s.path("additionalProperties").isObject()) {
      JsonNode more = s.path("additionalProperties");
      complete(more, more, path + ".additionalProperties");
    }
  }

  private void within(JsonNode v, JsonNode skeleton, String at, String declaredAt) {
    for (Map.Entry<String, JsonNode> e : v.path("properties").properties()) {
      JsonNode declared = skeleton.path("properties").path(e.getKey());
      String wanted = declaredAt + ".properties[" + e.getKey() + "]";
      if (declared.isMissingNode()) {
        required(wanted, "because it is defined in " + at + ".properties[" + e.getKey() + "]");
      } else {
        within(e.getValue(), declared, at + ".properties[" + e.getKey() + "]", wanted);
      }
    }
    if (v.path("items").isObject()) {
      if (skeleton.path("items").isMissingNode()) {
        required(declaredAt + ".items", "because it is defined in " + at + ".items");
      } else {
        within(v.path("items"), skeleton.path("items"), at + ".items", declaredAt + ".items");
      }
    }
    for (String junctor : List.of("allOf", "anyOf", "oneOf")) {
      for (int i = 0; i < v.path(junctor).size(); i++) {
        within(v.path(junctor).get(i), skeleton, at + "." + junctor + "[" + i + "]", declaredAt);
      }
    }
    if (v.path("not").isObject()) {
      within(v.path("not"), skeleton, at + ".not", declaredAt);
    }
  }
}
