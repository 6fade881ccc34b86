package dev.wherry.schemagen;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** How field types look in the generated records. */
final class JavaTypes {
  static final String ROOT = "dev.wherry.model.";
  private static final Set<String> ALWAYS_THERE = Set.of("metadata", "spec", "status");

  /** Texts whose absence says something else than an empty one: "" asks for no class at all. */
  private static final Set<String> TEXTS_THAT_MAY_BE_ABSENT =
      Set.of("core.v1.PersistentVolumeClaimSpec.storageClassName");

  private static final Map<String, String> RENAMED =
      Map.of(
          "default", "defaultValue",
          "continue", "continueToken",
          "enum", "enumValues",
          "int", "intValue",
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

  /** Whether a field that is absent has no value to stand for it. */
  boolean isNullable(TypeDef owner, TypeDef.Field field) {
    return switch (field.type()) {
      case FieldType.Scalar scalar ->
          scalar != FieldType.Scalar.STRING
              || TEXTS_THAT_MAY_BE_ABSENT.contains(owner.name() + "." + field.name());
      case FieldType.Ref(String name) ->
          !(ALWAYS_THERE.contains(field.name()) && types.containsKey(name));
      case FieldType.ListOf ignored -> false;
      case FieldType.MapOf ignored -> false;
    };
  }

  String component(TypeDef owner, TypeDef.Field field) {
    String type = boxed(field.type());
    if (!isNullable(owner, field)) {
      return type;
    }
    int dot = type.lastIndexOf('.');
    return type.substring(0, dot + 1) + "@Nullable " + type.substring(dot + 1);
  }

  String absent(TypeDef owner, TypeDef.Field field) {
    return switch (field.type()) {
      case FieldType.Scalar ignored -> isNullable(owner, field) ? "null" : "\"\"";
      case FieldType.Ref(String name) ->
          isNullable(owner, field) ? "null" : className(name) + ".EMPTY";
      case FieldType.ListOf ignored -> "java.util.List.of()";
      case FieldType.MapOf ignored -> "java.util.Map.of()";
    };
  }
}
