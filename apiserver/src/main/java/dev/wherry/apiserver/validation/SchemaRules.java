package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.structural.StructuralDefaults;
import dev.wherry.apiserver.structural.StructuralRules;
import dev.wherry.model.status.ApiException.Cause;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The schemas of definitions (apiextensions ValidateCustomResourceDefinitionOpenAPISchema). */
final class SchemaRules {
  private static final Set<String> META_FIELDS = Set.of("metadata", "kind", "apiVersion");
  private static final List<String> TYPES =
      List.of("array", "boolean", "integer", "number", "object", "string");
  private static final List<String> UNSUPPORTED =
      List.of("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref");

  private SchemaRules() {}

  /**
   * What holds of a schema by its place.
   *
   * @param noDefaults why defaults are forbidden; "" where they are not
   * @param inMetadata whether it describes kind, version or metadata
   */
  private record Place(boolean root, String noDefaults, boolean inMetadata) {
    Place below() {
      return new Place(false, noDefaults, inMetadata);
    }
  }

  /**
   * @param status whether the status subresource is on
   * @param unchanged whether the schema is as it was before
   */
  static void check(Field schema, boolean status, boolean unchanged) {
    if (status && schema.child("type").hasText() && !schema.child("type").is("object")) {
      schema
          .child("type")
          .invalid(
              "only \"object\" is allowed as the type at the root of the schema if the status"
                  + " subresource is enabled");
    }
    if (schema.child("nullable").isTrue()) {
      schema.child("nullable").forbidden("nullable cannot be true at the root");
    }
    List<Cause> structure = StructuralRules.check(schema.node(), schema.path());
    structure.forEach(schema.errors()::add);
    int before = schema.errors().causes().size();
    if (structure.isEmpty()) {
      StructuralDefaults.check(schema.node(), schema.path()).forEach(schema.errors()::add);
    }
    node(schema, new Place(true, "", false));
    boolean sound = structure.isEmpty() && schema.errors().causes().size() == before;
    if (sound && ExpressionRules.hasAny(schema.node())) {
      ExpressionRules.check(schema, unchanged);
    }
  }

  private static void node(Field schema, Place place) {
    standard(schema, place);
    if (schema.child("uniqueItems").isTrue()) {
      schema
          .child("uniqueItems")
          .forbidden(
              "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
    }
    Field more = schema.child("additionalProperties");
    if (more.present()) {
      boolean narrow = more.node().isObject() || !more.isTrue();
      if (narrow && !schema.child("properties").node().isEmpty()) {
        more.forbidden("additionalProperties and properties are mutual exclusive");
      }
      if (more.node().isObject()) {
        node(
            more,
            place.inMetadata()
                ? new Place(false, "inside additionalProperties applying to object metadata", true)
                : place.below());
      }
    }
    properties(schema, place);
    for (String junctor : List.of("allOf", "oneOf", "anyOf")) {
      schema.child(junctor).items().forEach(part -> node(part, place.below()));
    }
    if (schema.child("not").node().isObject()) {
      node(schema.child("not"), place.below());
    }
    if (schema.child("items").node().isObject()) {
      node(schema.child("items"), place.below());
    }
    MarkerRules.check(schema);
    rules(schema);
  }

  private static void properties(Field schema, Place place) {
    boolean embedded = schema.child("x-kubernetes-embedded-resource").isTrue();
    for (Map.Entry<String, JsonNode> e : schema.child("properties").node().properties()) {
      boolean meta = (place.root() || embedded) && META_FIELDS.contains(e.getKey());
      String why = place.root() && meta ? "in top-level " + e.getKey() : place.noDefaults();
      Field property =
          Field.of(
              e.getValue(), schema.path() + ".properties[" + e.getKey() + "]", schema.errors());
      node(property, new Place(false, why, place.inMetadata() || meta));
    }
  }

  private static void standard(Field schema, Place place) {
    Field type = schema.child("type");
    if (type.hasText() && !TYPES.contains(type.text())) {
      type.oneOf(TYPES);
    }
    if (schema.child("default").present() && !place.noDefaults().isEmpty()) {
      schema.child("default").forbidden("must not be set " + place.noDefaults());
    }
    for (String name : UNSUPPORTED) {
      JsonNode value = schema.child(name).node();
      boolean there = schema.child(name).present() && !(value.isContainerNode() && value.isEmpty());
      if (there) {
        schema.child(name).forbidden(name + " is not supported");
      }
    }
    if (type.is("null")) {
      type.forbidden("type cannot be set to null, use nullable as an alternative");
    }
    if (schema.child("items").node().isArray()) {
      schema.child("items").forbidden("items must be a schema object and not an array");
    }
    if (place.inMetadata() && schema.child("x-kubernetes-embedded-resource").isTrue()) {
      schema
          .child("x-kubernetes-embedded-resource")
          .forbidden("must not be used inside of resource meta");
    }
  }

  private static void rules(Field schema) {
    for (Field rule : schema.child("x-kubernetes-validations").items()) {
      Field text = rule.child("rule");
      Field message = rule.child("message");
      boolean lines = text.text().trim().lines().count() > 1;
      if (text.text().isBlank()) {
        text.errors().required(text.path(), "rule is not specified");
      } else if (message.hasText() && message.text().isBlank()) {
        message.invalid("must be non-empty if specified");
      } else if (message.text().trim().lines().count() > 1) {
        message.invalid("must not contain line breaks");
      } else if (lines && !message.hasText()) {
        message
            .errors()
            .required(message.path(), "message must be specified if rule contains line breaks");
      }
      rule.child("reason")
          .oneOf(
              List.of(
                  "FieldValueDuplicate",
                  "FieldValueForbidden",
                  "FieldValueInvalid",
                  "FieldValueRequired"));
      Field path = rule.child("fieldPath");
      if (path.text().lines().count() > 1) {
        path.invalid("must not contain line breaks");
      }
    }
  }
}
