package dev.wherry.schemagen;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** How field types look in the generated records. */
final class JavaTypes {
  static final String ROOT = "dev.wherry.model.";
  private static final Set<String> ALWAYS_THERE = Set.of("metadata", "spec", "status");
  private static final Map<String, String> RENAMED =
      Map.of(
          "default", "defaultValue",
          "continue", "continueToken",
          "enum", "enumValues",
          "$ref", "ref",
          "$schema", "schema",
          "not", "not",
          "x-kubernetes-int-or-string", "xIntOrString");

  private final SortedMap<String, TypeDef> types;

  JavaTypes(SortedMap<String, TypeDef> types) {
    this.types = types;
  }

  static String className(String type) {
    return ROOT + type;
  }

  static String component(String jsonName) {
    String renamed = RENAMED.get(jsonName);
    if (renamed != null) {
      return renamed;
    }
    StringBuilder name = new StringBuilder();
    boolean upper = false;
    for (char c : jsonName.toCharArray()) {
      if (c == '-') {
        upper = true;
      } else {
        name.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      }
    }
    return name.toString();
  }

  /** The type as a type argument, never nullable. */
  String boxed(FieldType type) {
    return switch (type) {
      case FieldType.Scalar scalar ->
          switch (scalar) {
            case STRING -> "String";
            case INT32 -> "Integer";
            case INT64 -> "Long";
            case DOUBLE -> "Double";
            case BOOLEAN -> "Boolean";
            case BYTES -> "dev.wherry.model.Bytes";
            case TIME, MICRO_TIME -> "java.time.Instant";
            case QUANTITY -> "dev.wherry.model.Quantity";
            case INT_OR_STRING -> "dev.wherry.model.IntOrString";
            case JSON -> "com.fasterxml.jackson.databind.JsonNode";
          };
      case FieldType.Ref(String name) -> className(name);
      case FieldType.ListOf(FieldType item) -> "java.util.List<" + boxed(item) + ">";
      case FieldType.MapOf(FieldType value) -> "java.util.Map<String, " + boxed(value) + ">";
    };
  }

  /** Whether a field that is absent has a value all the same. */
  boolean isNullable(TypeDef.Field field) {
    return switch (field.type()) {
      case FieldType.Scalar scalar -> scalar != FieldType.Scalar.STRING;
      case FieldType.Ref(String name) ->
          !(ALWAYS_THERE.contains(field.name()) && types.containsKey(name));
      case FieldType.ListOf ignored -> false;
      case FieldType.MapOf ignored -> false;
    };
  }

  String component(TypeDef.Field field) {
    String type = boxed(field.type());
    if (!isNullable(field)) {
      return type;
    }
    int dot = type.lastIndexOf('.');
    return type.substring(0, dot + 1) + "@Nullable " + type.substring(dot + 1);
  }

  String absent(TypeDef.Field field) {
    return switch (field.type()) {
      case FieldType.Scalar scalar -> scalar == FieldType.Scalar.STRING ? "\"\"" : "null";
      case FieldType.Ref(String name) -> isNullable(field) ? "null" : className(name) + ".EMPTY";
      case FieldType.ListOf ignored -> "java.util.List.of()";
      case FieldType.MapOf ignored -> "java.util.Map.of()";
    };
  }
}
