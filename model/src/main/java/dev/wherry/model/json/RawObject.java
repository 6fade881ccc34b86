package dev.wherry.model.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that stays bytes until somebody looks into it. managedFields are written with every
 * object and read by few: as trees they would outweigh the objects.
 */
public final class RawObject extends ObjectNode {
  /** The field of an entry of managedFields that is read this way. */
  static final String FIELD = "fieldsV1";

  private static final long serialVersionUID = 1L;

  private final transient byte[] bytes;
  private final transient Children children;

  private RawObject(byte[] bytes, Children children) {
    super(JsonNodeFactory.instance, children);
    this.bytes = bytes;
    this.children = children;
  }

  /** Of one JSON object's bytes, which are not to be changed and not checked. */
  public static RawObject of(byte[] bytes) {
    return new RawObject(bytes, new Children(bytes));
  }

  /** Whether the parser stands on the fields of an entry of managedFields. */
  public static boolean isSetOfFields(JsonParser p) throws IOException {
    return p.currentToken() == JsonToken.START_OBJECT && FIELD.equals(p.currentName());
  }

  /** Of the object on whose first token the parser stands; it has no numbers. */
  public static RawObject copy(JsonParser p) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = Json.FACTORY.createGenerator(bytes)) {
      generator.copyCurrentStructure(p);
    }
    return of(bytes.toByteArray());
  }

  /** The bytes as they are, or, once somebody has looked inside, as they would be written. */
  public byte[] bytes() {
    return isUntouched()
        ? bytes
        : Json.write(new ObjectNode(JsonNodeFactory.instance, children.fields()));
  }

  private boolean isUntouched() {
    return children.fields == null;
  }

  /** Whether the bytes could be written as they are. */
  boolean writeTo(JsonGenerator g) throws IOException {
    if (!isUntouched()) {
      return false;
    }
    g.writeRawValue(new String(bytes, StandardCharsets.UTF_8));
    return true;
  }

  @Override
  public ObjectNode deepCopy() {
    return isUntouched() ? of(bytes) : super.deepCopy();
  }

  @Override
  public boolean isEmpty() {
    return isUntouched() ? bytes.length <= 2 : super.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    boolean same =
        other instanceof RawObject raw
            && children.fields == null
            && raw.children.fields == null
            && Arrays.equals(bytes, raw.bytes);
    return same || super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }

  /** The fields, parsed when first asked for. */
  private static final class Children extends AbstractMap<String, JsonNode> {
    private final byte[] bytes;
    private @Nullable Map<String, JsonNode> fields;

    Children(byte[] bytes) {
      this.bytes = bytes;
    }

    private synchronized Map<String, JsonNode> fields() {
      Map<String, JsonNode> known = fields;
      if (known == null) {
        known = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : Json.parse(bytes).properties()) {
          known.put(field.getKey(), field.getValue());
        }
        fields = known;
      }
      return known;
    }

    @Override
    public Set<Entry<String, JsonNode>> entrySet() {
      return fields().entrySet();
    }

    @Override
    public @Nullable JsonNode get(Object key) {
      return fields().get(key);
    }

    @Override
    public boolean containsKey(Object key) {
      return fields().containsKey(key);
    }

    @Override
    public @Nullable JsonNode put(String key, JsonNode value) {
      return fields().put(key, value);
    }

    @Override
    public @Nullable JsonNode remove(Object key) {
      return fields().remove(key);
    }
  }
}
