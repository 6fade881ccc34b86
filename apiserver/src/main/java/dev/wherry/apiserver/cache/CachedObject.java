package dev.wherry.apiserver.cache;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of an object. The bytes are what clients get and are never changed; everything else
 * is read from them once, when it is first asked for.
 */
@SuppressWarnings("Immutable")
public final class CachedObject {
  private final String key;
  private final String namespace;
  private final String name;
  private final long revision;
  private final byte[] bytes;
  private volatile @Nullable Map<String, String> labels;
  private volatile @Nullable KubeObject typed;

  CachedObject(String key, String namespace, String name, long revision, byte[] bytes) {
    this.key = key;
    this.namespace = namespace;
    this.name = name;
    this.revision = revision;
    this.bytes = bytes;
  }

  /** {@code namespace/name}, or the name where there is no namespace: the order of lists. */
  public String key() {
    return key;
  }

  public String namespace() {
    return namespace;
  }

  public String name() {
    return name;
  }

  public long revision() {
    return revision;
  }

  /** The object's JSON with its resourceVersion; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** A new tree that the caller may change. */
  public ObjectNode tree() {
    return (ObjectNode) Json.parse(bytes);
  }

  public Map<String, String> labels() {
    Map<String, String> known = labels;
    if (known == null) {
      known = readLabels(bytes);
      labels = known;
    }
    return known;
  }

  /** A field by its path: {@code spec.nodeName}; "" where the object has none. */
  public String field(String path) {
    return switch (path) {
      case "metadata.name" -> name;
      case "metadata.namespace" -> namespace;
      default -> text(tree(), path);
    };
  }

  static String text(JsonNode tree, String path) {
    JsonNode node = tree;
    for (String part : path.split("\\.")) {
      node = node.path(part);
    }
    return node.isValueNode() ? node.asText() : "";
  }

  /** The typed form, decoded at most once. */
  @SuppressWarnings("unchecked")
  public <T extends KubeObject> T typed(Kind<T> kind) {
    KubeObject known = typed;
    if (known == null || known.kind() != kind) {
      known = kind.decode(bytes);
      typed = known;
    }
    return (T) known;
  }

  /** Reads {@code metadata.labels} and stops there. */
  private static Map<String, String> readLabels(byte[] bytes) {
    try (JsonParser p = Json.FACTORY.createParser(bytes)) {
      p.nextToken();
      if (!enter(p, "metadata") || !enter(p, "labels")) {
        return Map.of();
      }
      Map<String, String> labels = new HashMap<>();
      while (p.nextToken() != JsonToken.END_OBJECT) {
        String label = p.currentName();
        p.nextToken();
        labels.put(label, p.getText());
      }
      return Map.copyOf(labels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean enter(JsonParser p, String wanted) throws IOException {
    while (p.nextToken() == JsonToken.FIELD_NAME) {
      String field = p.currentName();
      JsonToken value = p.nextToken();
      if (field.equals(wanted)) {
        return value == JsonToken.START_OBJECT;
      }
      p.skipChildren();
    }
    return false;
  }
}
