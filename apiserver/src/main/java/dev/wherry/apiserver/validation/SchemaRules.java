package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.structural.StructuralDefaults;
import dev.wherry.apiserver.structural.StructuralRules;
import dev.wherry.model.status.ApiException.Cause;
import java.util.HashSet;
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
  private static final String LIST_TYPE = "x-kubernetes-list-type";
  private static final String LIST_KEYS = "x-kubernetes-list-map-keys";
  private static final String MAP_TYPE = "x-kubernetes-map-type";

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
   */
  static void check(Field schema, boolean status) {
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
      ExpressionRules.check(schema);
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
    extensions(schema);
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

  private static void extensions(Field schema) {
    Field preserve = schema.child("x-kubernetes-preserve-unknown-fields");
    if (preserve.present() && !preserve.isTrue()) {
      preserve.invalid("must be true or undefined");
    }
    typed(schema, MAP_TYPE, "object");
    schema.child(MAP_TYPE).oneOf(List.of("atomic", "granular"));
    typed(schema, LIST_TYPE, "array");
    Field listType = schema.child(LIST_TYPE);
    listType.oneOf(List.of("atomic", "map", "set"));
    Field keys = schema.child(LIST_KEYS);
    if (!keys.items().isEmpty() && !listType.is("map")) {
      String said = "must be map if x-kubernetes-list-map-keys is non-empty";
      if (listType.hasText()) {
        listType.invalid(said);
      } else {
        listType.errors().required(listType.path(), said);
      }
    }
    if (listType.is("set")) {
      set(schema);
    } else if (listType.is("map")) {
      map(schema);
    }
    boolean counted = listType.is("set") || listType.is("map");
    if (counted && schema.at("items", "nullable").isTrue()) {
      schema
          .at("items", "nullable")
          .forbidden("cannot be nullable when x-kubernetes-list-type is " + listType.text());
    }
  }

  private static void typed(Field schema, String extension, String wanted) {
    Field type = schema.child("type");
    if (!schema.child(extension).present() || type.is(wanted)) {
      return;
    }
    String said = "must be " + wanted + " if " + extension + " is specified";
    if (type.hasText()) {
      type.invalid(said);
    } else {
      type.errors().required(type.path(), said);
    }
  }

  private static void set(Field schema) {
    Field items = schema.child("items");
    String said = "must be atomic as item of a list with x-kubernetes-list-type=set";
    Field inner = items.child(LIST_TYPE);
    if (items.child("type").is("array") && inner.hasText() && !inner.is("atomic")) {
      inner.invalid(said);
    }
    if (items.child("type").is("object") && !items.child(MAP_TYPE).is("atomic")) {
      items.child(MAP_TYPE).invalid(said);
    }
  }

  private static void map(Field schema) {
    Field keys = schema.child(LIST_KEYS);
    Field items = schema.child("items");
    if (keys.items().isEmpty()) {
      keys.errors().required(keys.path(), "must not be empty if x-kubernetes-list-type is map");
    }
    if (!items.present()) {
      items.errors().required(items.path(), "must have a schema if x-kubernetes-list-type is map");
      return;
    }
    if (!items.child("type").is("object")) {
      items.child("type").invalid("must be object if parent array's x-kubernetes-list-type is map");
      return;
    }
    Set<String> required = new HashSet<>();
    items.child("required").items().forEach(name -> required.add(name.text()));
    Set<String> seen = new HashSet<>();
    for (Field key : keys.items()) {
      key(key.text(), keys, items, required.contains(key.text()));
      if (!seen.add(key.text())) {
        keys.invalid("must not contain duplicate entries");
      }
    }
  }

  private static void key(String name, Field keys, Field items, boolean required) {
    JsonNode node = items.node().path("properties").path(name);
    if (node.isMissingNode()) {
      keys.invalid("entries must all be names of item properties");
      return;
    }
    Field property = Field.of(node, items.path() + ".properties[" + name + "]", items.errors());
    if (property.child("type").is("array") || property.child("type").is("object")) {
      property
          .child("type")
          .invalid("must be a scalar type if parent array's x-kubernetes-list-type is map");
    }
    String said = "this property is in x-kubernetes-list-map-keys, so it ";
    if (!required && !property.child("default").present()) {
      property
          .errors()
          .required(
              property.child("default").path(),
              said + "must have a default or be a required property");
    }
    if (property.child("nullable").isTrue()) {
      property.child("nullable").forbidden(said + "cannot be nullable");
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
