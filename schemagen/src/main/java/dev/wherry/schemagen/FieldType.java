package dev.wherry.schemagen;

/** What a field holds. */
sealed interface FieldType {
  /** The types without parts. */
  enum Scalar implements FieldType {
    STRING,
    INT32,
    INT64,
    DOUBLE,
    BOOLEAN,
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

  record ListOf(FieldType item) implements FieldType {}

  record MapOf(FieldType value) implements FieldType {}
}
