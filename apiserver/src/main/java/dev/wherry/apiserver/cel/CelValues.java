package dev.wherry.apiserver.cel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.values.CelByteString;
import dev.wherry.apiserver.structural.GoDurations;
import dev.wherry.apiserver.structural.Structural;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** JSON trees as CEL sees them; parts are turned into values when a rule looks at them. */
public final class CelValues {
  private static final Set<String> RESOURCE_FIELDS = Set.of("apiVersion", "kind", "metadata");

  private CelValues() {}

  /**
   * A value under its schema.
   *
   * @param resource whether it is an object with a kind and metadata
   */
  public static Object of(JsonNode value, @Nullable Structural schema, boolean resource) {
    return switch (value.getNodeType()) {
      case OBJECT -> object((ObjectNode) value, schema, resource);
      case ARRAY -> new Items(value, schema == null ? null : schema.items().orElse(null));
      case STRING -> text(value.textValue(), schema);
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> number(value, schema);
      default -> dev.cel.common.values.NullValue.NULL_VALUE;
    };
  }

  /** A value that no schema describes. */
  public static Object dynamic(JsonNode value) {
    return of(value, null, false);
  }

  private static Object number(JsonNode value, @Nullable Structural schema) {
    boolean real = schema != null && schema.type().equals("number");
    if (real || !value.isIntegralNumber()) {
      boolean whole = schema != null && schema.type().equals("integer");
      return whole ? (Object) value.longValue() : (Object) value.doubleValue();
    }
    return value.longValue();
  }

  private static Object text(String text, @Nullable Structural schema) {
    if (schema == null || !schema.type().equals("string")) {
      return text;
    }
    try {
      return switch (schema.format()) {
        case "byte" -> CelByteString.of(Base64.getDecoder().decode(text));
        case "duration" -> GoDurations.parse(text);
        case "date" -> LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
        case "date-time" -> instant(text);
        default -> text;
      };
    } catch (IllegalArgumentException | DateTimeParseException e) {
      return text;
    }
  }

  private static Instant instant(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  private static Object object(ObjectNode value, @Nullable Structural schema, boolean resource) {
    boolean struct = schema != null && schema.additional().isEmpty();
    return new Fields(value, schema, struct, resource);
  }

  /** An object; names of declared fields are escaped, keys of maps are not. */
  private static final class Fields extends AbstractMap<String, Object> {
    private final Map<String, JsonNode> nodes;
    private final Map<String, String> originals = new LinkedHashMap<>();
    private final @Nullable Structural schema;
    private final boolean resource;

    Fields(ObjectNode object, @Nullable Structural schema, boolean struct, boolean resource) {
      this.schema = schema;
      this.resource = resource;
      this.nodes = new LinkedHashMap<>();
      object
          .properties()
          .forEach(e -> {
            boolean declared =
                schema != null && schema.properties().containsKey(e.getKey())
                    || (resource && RESOURCE_FIELDS.contains(e.getKey()));
            if (struct && !declared) {
              return;
            }
            String name = struct ? CelNames.escape(e.getKey()).orElse("") : e.getKey();
            if (!name.isEmpty() || !struct) {
              nodes.put(name, e.getValue());
              originals.put(name, e.getKey());
            }
          });
    }

    private Object value(String name) {
      JsonNode node = nodes.get(name);
      String original = originals.getOrDefault(name, name);
      boolean known = schema != null && schema.properties().containsKey(original);
      if (node == null || (resource && !known && RESOURCE_FIELDS.contains(original))) {
        return dynamic(
            node == null ? com.fasterxml.jackson.databind.node.NullNode.getInstance() : node);
      }
      Structural field = schema == null ? null : schema.field(original);
      if (resource && original.equals("metadata")) {
        return dynamic(node);
      }
      return of(node, field, field != null && field.embedded());
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      return key instanceof String name && nodes.containsKey(name) ? value(name) : null;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return nodes.containsKey(key);
    }

    @Override
    public int size() {
      return nodes.size();
    }

    @Override
    public Set<Map.Entry<String, Object>> entrySet() {
      Map<String, Object> all = new LinkedHashMap<>();
      nodes.keySet().forEach(name -> all.put(name, value(name)));
      return all.entrySet();
    }
  }

  /** A list. */
  private static final class Items extends AbstractList<Object> {
    private final JsonNode list;
    private final @Nullable Structural item;

    Items(JsonNode list, @Nullable Structural item) {
      this.list = list;
      this.item = item;
    }

    @Override
    public Object get(int index) {
      return of(list.get(index), item, item != null && item.embedded());
    }

    @Override
    public int size() {
      return list.size();
    }
  }
}
