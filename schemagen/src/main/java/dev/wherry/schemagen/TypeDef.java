package dev.wherry.schemagen;

import java.util.List;

/**
 * One structure of the API.
 *
 * @param name last two labels of its package and its simple name: {@code core.v1.PodSpec}
 * @param protoName full name of its protobuf message; "" where none is published
 * @param fields sorted by name
 */
record TypeDef(String name, String protoName, String description, List<Field> fields) {
  /** One field under its JSON name. */
  record Field(String name, FieldType type, String description, boolean required) {}

  String packageName() {
    return name.substring(0, name.lastIndexOf('.'));
  }

  String simpleName() {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
