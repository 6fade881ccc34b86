package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A schema, compiled. Names are those of JSONSchemaProps in apiextensions.k8s.io/v1. Schemas under
 * {@code allOf} and its like are of this form too, with nothing but validations in them.
 */
@SuppressWarnings("Immutable")
public final class Structural {
  /** The schema of what no schema speaks about: everything in it is unknown. */
  static final Structural EMPTY = new Structural(Json.object());

  private final String type;
  private final Map<String, Structural> properties;
  private final @Nullable Structural items;
  private final @Nullable Structural additional;
  private final boolean open;
  private final boolean closed;
  private final boolean nullable;
  private final boolean preserving;
  private final boolean embedded;
  private final boolean intOrString;
  private final JsonNode defaultValue;
  private final String listType;
  private final List<String> listMapKeys;
  private final String mapType;
  private final JsonNode source;
  private final Validations validations;
  private final boolean defaults;
  private final boolean rules;

  private Structural(JsonNode source) {
    this.source = source;
    this.type = source.path("type").asText();
    Map<String, Structural> fields = new LinkedHashMap<>();
    source.path("properties").properties().forEach(e -> fields.put(e.getKey(), of(e.getValue())));
    this.properties = Collections.unmodifiableMap(fields);
    this.items = source.path("items").isObject() ? of(source.path("items")) : null;
    JsonNode more = source.path("additionalProperties");
    this.additional = more.isObject() ? of(more) : null;
    this.open = more.isObject() || more.asBoolean();
    this.closed = more.isBoolean() && !more.booleanValue();
    this.nullable = source.path("nullable").asBoolean();
    this.preserving = source.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    this.embedded = source.path("x-kubernetes-embedded-resource").asBoolean();
    this.intOrString = source.path("x-kubernetes-int-or-string").asBoolean();
    this.defaultValue = source.path("default");
    this.listType = source.path("x-kubernetes-list-type").asText();
    this.mapType = source.path("x-kubernetes-map-type").asText();
    this.listMapKeys = Validations.texts(source.path("x-kubernetes-list-map-keys"));
    this.validations = Validations.of(source);
    this.defaults = hasDefault() || children().stream().anyMatch(Structural::hasDefaults);
    this.rules =
        !source.path("x-kubernetes-validations").isEmpty()
            || children().stream().anyMatch(Structural::hasRules)
            || validations.allOf().stream().anyMatch(Structural::hasRules);
  }

  /** Compiles a schema; the tree may not be changed afterwards. */
  public static Structural of(JsonNode schema) {
    return new Structural(schema);
  }

  /** Schemas of fields, items and free keys. */
  private List<Structural> children() {
    List<Structural> children = new ArrayList<>(properties.values());
    if (items != null) {
      children.add(items);
    }
    if (additional != null) {
      children.add(additional);
    }
    return children;
  }

  /** {@code object}, {@code array}, {@code string}, ... or "". */
  public String type() {
    return type;
  }

  public Map<String, Structural> properties() {
    return properties;
  }

  public Optional<Structural> items() {
    return Optional.ofNullable(items);
  }

  /** The schema of values under free keys. */
  public Optional<Structural> additional() {
    return Optional.ofNullable(additional);
  }

  /** Whether keys beside the properties are wanted: {@code additionalProperties}. */
  public boolean open() {
    return open;
  }

  /** {@code additionalProperties: false}. */
  boolean closed() {
    return closed;
  }

  public boolean nullable() {
    return nullable;
  }

  public boolean preserving() {
    return preserving;
  }

  public boolean embedded() {
    return embedded;
  }

  public boolean intOrString() {
    return intOrString;
  }

  public boolean hasDefault() {
    return !defaultValue.isMissingNode() && !defaultValue.isNull();
  }

  /** The default; missing where there is none. Not to be changed. */
  public JsonNode defaultValue() {
    return hasDefault() ? defaultValue : MissingNode.getInstance();
  }

  /** {@code atomic}, {@code set}, {@code map} or "". */
  public String listType() {
    return listType;
  }

  public List<String> listMapKeys() {
    return listMapKeys;
  }

  /** {@code atomic}, {@code granular} or "". */
  public String mapType() {
    return mapType;
  }

  public String format() {
    return validations.format();
  }

  /** The schema as it was written; not to be changed. */
  public JsonNode source() {
    return source;
  }

  Validations validations() {
    return validations;
  }

  /** Whether a default stands here or below. */
  public boolean hasDefaults() {
    return defaults;
  }

  /** Whether a CEL rule stands here or below. */
  public boolean hasRules() {
    return rules;
  }

  /** The parts of which a value has to fulfil every one. */
  public List<Structural> allOf() {
    return validations.allOf();
  }

  /** The schema of a field, be it a property or a free key. */
  public @Nullable Structural field(String name) {
    Structural property = properties.get(name);
    return property != null ? property : additional;
  }

  @Nullable Structural item() {
    return items;
  }
}
