package dev.wherry.apiserver.cel;

import dev.wherry.apiserver.cel.cost.Sizes;
import dev.wherry.apiserver.structural.Structural;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How large values under a schema can be: what it says, else what fits into a request (apiserver
 * cel/common/schemas.go).
 */
public final class SchemaSizes implements Sizes {
  private static final long REQUEST_BYTES_MAX = 3 * 1024 * 1024;
  private static final long TIME_BYTES_MAX = 32;
  private static final long DATE_BYTES = 12;

  /** Bytes of a character at most. */
  private static final long CHARACTER_BYTES_MAX = 4;

  /** What is around the key and the value of an entry. */
  private static final long ENTRY_BYTES = 6;

  private static final SchemaSizes TEXT = new SchemaSizes(REQUEST_BYTES_MAX - 2, 2);

  private final long most;
  private final long leastBytes;
  private final Map<String, SchemaSizes> fields = new LinkedHashMap<>();
  private @Nullable SchemaSizes element;
  private boolean keyed;

  private SchemaSizes(long most, long leastBytes) {
    this.most = most;
    this.leastBytes = leastBytes;
  }

  /**
   * Of a schema; empty where expressions can say nothing of its values.
   *
   * @param resource whether the value is an object with a kind and metadata
   */
  public static Optional<SchemaSizes> of(Structural schema, boolean resource) {
    if (schema.intOrString()) {
      return Optional.of(new SchemaSizes(characters(schema), 1));
    }
    return switch (schema.type()) {
      case "array" ->
          schema.items().flatMap(item -> of(item, item.embedded())).map(item -> list(schema, item));
      case "object" -> object(schema, resource);
      case "string" -> Optional.of(text(schema));
      case "boolean" -> Optional.of(new SchemaSizes(0, 4));
      case "number", "integer" -> Optional.of(new SchemaSizes(0, 1));
      default -> Optional.empty();
    };
  }

  private static long characters(Structural schema) {
    long said = schema.source().path("maxLength").asLong(-1);
    return schema.source().has("maxLength")
        ? Math.max(0, said) * CHARACTER_BYTES_MAX
        : REQUEST_BYTES_MAX - 2;
  }

  private static SchemaSizes text(Structural schema) {
    return switch (schema.format()) {
      case "byte" ->
          new SchemaSizes(
              schema.source().has("maxLength")
                  ? Math.max(0, schema.source().path("maxLength").asLong())
                  : REQUEST_BYTES_MAX - 2,
              2);
      case "duration" -> new SchemaSizes(TIME_BYTES_MAX, 3);
      case "date" -> new SchemaSizes(DATE_BYTES, DATE_BYTES);
      case "date-time" -> new SchemaSizes(TIME_BYTES_MAX, 21);
      default -> {
        boolean listed =
            !schema.source().has("maxLength") && !schema.source().path("enum").isEmpty();
        yield new SchemaSizes(listed ? longestValue(schema) : characters(schema), 2);
      }
    };
  }

  private static long longestValue(Structural schema) {
    long longest = 0;
    for (var value : schema.source().path("enum")) {
      int bytes = value.asText().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
      longest = Math.max(longest, value.isTextual() ? bytes : 0);
    }
    return longest;
  }

  private static SchemaSizes list(Structural schema, SchemaSizes item) {
    long most =
        schema.source().has("maxItems")
            ? Math.max(0, schema.source().path("maxItems").asLong())
            : (REQUEST_BYTES_MAX - 2) / (item.leastBytes + 1);
    SchemaSizes list = new SchemaSizes(most, 2);
    list.element = item;
    return list;
  }

  private static Optional<SchemaSizes> object(Structural schema, boolean resource) {
    if (schema.additional().isPresent()) {
      Structural value = schema.additional().get();
      return of(value, value.embedded()).map(sizes -> map(schema, sizes));
    }
    Map<String, SchemaSizes> fields = new LinkedHashMap<>();
    long least = 2;
    for (Map.Entry<String, Structural> e : schema.properties().entrySet()) {
      Optional<SchemaSizes> field = of(e.getValue(), e.getValue().embedded());
      if (field.isEmpty()) {
        continue;
      }
      CelNames.escape(e.getKey()).ifPresent(name -> fields.put(name, field.get()));
      if (isRequired(schema, e.getKey()) && !e.getValue().hasDefault()) {
        least += e.getKey().length() + field.get().leastBytes + 4;
      }
    }
    if (resource) {
      SchemaSizes metadata = new SchemaSizes(0, 2);
      metadata.fields.put("name", TEXT);
      metadata.fields.put("generateName", TEXT);
      fields.put("kind", TEXT);
      fields.put("apiVersion", TEXT);
      fields.put("metadata", metadata);
    }
    SchemaSizes object = new SchemaSizes(0, least);
    object.fields.putAll(fields);
    return Optional.of(object);
  }

  private static boolean isRequired(Structural schema, String field) {
    for (var name : schema.source().path("required")) {
      if (name.asText().equals(field)) {
        return true;
      }
    }
    return false;
  }

  private static SchemaSizes map(Structural schema, SchemaSizes value) {
    long most =
        schema.source().has("maxProperties")
            ? Math.max(0, schema.source().path("maxProperties").asLong())
            : (REQUEST_BYTES_MAX - 2) / (value.leastBytes + ENTRY_BYTES);
    SchemaSizes map = new SchemaSizes(most, 2);
    map.element = value;
    map.keyed = true;
    return map;
  }

  /** How often such a value fits into one request, a comma between each two. */
  public long timesInRequest() {
    return REQUEST_BYTES_MAX / (leastBytes + 1);
  }

  @Override
  public OptionalLong most(List<String> path) {
    SchemaSizes at = this;
    for (String step : path) {
      SchemaSizes next =
          switch (step) {
            case ITEMS, VALUES -> at.element;
            // Keys may be as long as they like, but that says nothing of their number.
            case KEYS -> at.keyed ? new SchemaSizes(0, 2) : null;
            default -> at.fields.get(step);
          };
      if (next == null) {
        return OptionalLong.empty();
      }
      at = next;
    }
    return OptionalLong.of(at.most);
  }
}
