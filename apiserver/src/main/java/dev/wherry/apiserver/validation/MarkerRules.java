package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The markers of lists, maps and unknown fields in the schemas of definitions. */
final class MarkerRules {
  private static final String LIST_TYPE = "x-kubernetes-list-type";
  private static final String LIST_KEYS = "x-kubernetes-list-map-keys";
  private static final String MAP_TYPE = "x-kubernetes-map-type";

  private MarkerRules() {}

  static void check(Field schema) {
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
}
