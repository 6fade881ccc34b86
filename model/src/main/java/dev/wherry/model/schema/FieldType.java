package dev.wherry.model.schema;

/** What a field holds. */
public sealed interface FieldType {
  /** The types without parts. */
  enum Scalar implements FieldType {
    STRING,
    INT32,
    INT64,
    DOUBLE,
    BOOLEAN,
    /** Base64 in JSON. */
    BYTES,
    TIME,
    MICRO_TIME,
    QUANTITY,
    INT_OR_STRING,
    /** Any JSON value. */
    JSON
  }

  /** Another type, by its name: {@code core.v1.PodSpec}. */
  record Ref(String type) implements FieldType {}

  /** A JSON array. */
  record ListOf(FieldType item) implements FieldType {}

  /** A JSON object with free keys. */
  record MapOf(FieldType value) implements FieldType {}

  /** The type as the resource writes it: {@code []core.v1.Container}, {@code {}STRING}. */
  static FieldType parse(String text) {
    if (text.startsWith("[]")) {
      return new ListOf(parse(text.substring(2)));
    }
    if (text.startsWith("{}")) {
      return new MapOf(parse(text.substring(2)));
    }
    return text.indexOf('.') >= 0 ? new Ref(text) : Scalar.valueOf(text);
  }
}
