package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A place in an object under validation: its value, its path and where mistakes go. The path is put
 * together only when there is a mistake to tell.
 */
final class Field {
  private final JsonNode node;
  private final FieldErrors errors;
  private final @Nullable Field parent;
  private final String step;
  private final Sort sort;

  /** How a step is written behind the path before it. */
  private enum Sort {
    NAME,
    /** A name whose value may be an empty text that is not the same as none. */
    OPTIONAL,
    BRACKETED
  }

  private Field(JsonNode node, FieldErrors errors, @Nullable Field parent, String step, Sort sort) {
    this.node = node;
    this.errors = errors;
    this.parent = parent;
    this.step = step;
    this.sort = sort;
  }

  static Field root(JsonNode object, FieldErrors errors) {
    return new Field(object, errors, null, "", Sort.NAME);
  }

  /** A value whose place in the answer is not where it stands in the object. */
  static Field of(JsonNode node, String path, FieldErrors errors) {
    return new Field(node, errors, null, path, Sort.NAME);
  }

  JsonNode node() {
    return node;
  }

  FieldErrors errors() {
    return errors;
  }

  /** Such as {@code spec.containers[0].name}. */
  String path() {
    String before = parent == null ? "" : parent.path();
    return switch (sort) {
      case BRACKETED -> before + "[" + step + "]";
      case NAME, OPTIONAL -> before.isEmpty() ? step : before + "." + step;
    };
  }

  Field child(String name) {
    return new Field(node.path(name), errors, this, name, Sort.NAME);
  }

  /** A child that upstream holds by a pointer: an empty text is judged too, only none passes. */
  Field optional(String name) {
    return new Field(node.path(name), errors, this, name, Sort.OPTIONAL);
  }

  Field at(String... names) {
    Field field = this;
    for (String name : names) {
      field = field.child(name);
    }
    return field;
  }

  /** Elements of a list. */
  List<Field> items() {
    List<Field> items = new ArrayList<>();
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        items.add(new Field(node.get(i), errors, this, String.valueOf(i), Sort.BRACKETED));
      }
    }
    return items;
  }

  /** Entries of a map by key; their paths are {@code path[key]}. */
  List<Map.Entry<String, Field>> entries() {
    List<Map.Entry<String, Field>> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> e : node.properties()) {
      entries.add(Map.entry(e.getKey(), entry(e.getKey())));
    }
    return entries;
  }

  /** The entry of a map, there or not; its path is {@code path[key]}. */
  Field entry(String key) {
    return new Field(node.path(key), errors, this, key, Sort.BRACKETED);
  }

  boolean present() {
    return !node.isMissingNode() && !node.isNull();
  }

  String text() {
    return present() ? node.asText() : "";
  }

  boolean hasText() {
    return !text().isEmpty();
  }

  long number() {
    return node.asLong();
  }

  boolean isTrue() {
    return node.asBoolean();
  }

  /** Whether there is a value to judge: an empty text of a plain field stands for none. */
  private boolean isValue() {
    return sort == Sort.NAME ? hasText() : present();
  }

  boolean is(String value) {
    return text().equals(value);
  }

  void invalid(String detail) {
    errors.invalid(path(), node, detail);
  }

  void forbidden(String detail) {
    errors.forbidden(path(), detail);
  }

  /** Records an absent text; returns whether there is one. */
  boolean require() {
    return require("");
  }

  boolean require(String detail) {
    boolean there = present() && !(node.isTextual() && node.textValue().isEmpty());
    if (!there) {
      errors.required(path(), detail);
    }
    return there;
  }

  /**
   * Every message of the rule is a mistake; absent values pass, and empty ones but of elements and
   * of {@link #optional} fields.
   */
  Field matches(Function<String, List<String>> rule) {
    if (isValue()) {
      rule.apply(text()).forEach(this::invalid);
    }
    return this;
  }

  Field oneOf(Collection<String> supported) {
    if (isValue() && !supported.contains(text())) {
      errors.unsupported(path(), node, supported);
    }
    return this;
  }

  Field nonNegative() {
    return atLeast(0, "must be greater than or equal to 0");
  }

  Field positive() {
    return atLeast(1, "must be greater than 0");
  }

  Field atLeast(long min, String detail) {
    if (node.isNumber() && node.asLong() < min) {
      invalid(detail);
    }
    return this;
  }

  Field between(long min, long max) {
    if (node.isNumber() && (node.asLong() < min || node.asLong() > max)) {
      invalid("must be between " + min + " and " + max + ", inclusive");
    }
    return this;
  }

  /** Elements' texts must differ. */
  Field unique() {
    return uniqueBy("");
  }

  /** The elements' field of this name must differ; "" for the elements themselves. */
  Field uniqueBy(String name) {
    Set<String> seen = new HashSet<>();
    for (Field item : items()) {
      Field key = name.isEmpty() ? item : item.child(name);
      if (key.hasText() && !seen.add(key.text())) {
        errors.duplicate(key.path(), key.node());
      }
    }
    return this;
  }

  /** Names of the fields that are set, of those asked for. */
  List<String> presentOf(Collection<String> names) {
    return names.stream().filter(name -> child(name).present()).toList();
  }
}
