package dev.wherry.apiserver.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.schema.NullFields;
import dev.wherry.model.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The stored form of an object: {@code kind}, {@code apiVersion} and {@code metadata} first, no
 * resourceVersion, nulls where Go writes them (decision 0601). The served form has it spliced in,
 * without decoding.
 */
public final class ObjectBytes {
  private static final byte[] METADATA = "\"metadata\":{".getBytes(StandardCharsets.US_ASCII);

  private static final String RESOURCE_VERSION_TEXT = "\"resourceVersion\":\"";
  private static final byte[] RESOURCE_VERSION =
      RESOURCE_VERSION_TEXT.getBytes(StandardCharsets.US_ASCII);

  /** The metadata stands behind two short strings; a search beyond this is no stored form. */
  private static final int METADATA_WITHIN_BYTES = 512;

  private ObjectBytes() {}

  /** The tree as it goes into the store; the tree is not changed. */
  public static byte[] stored(ObjectNode tree) {
    ObjectNode object = NullFields.shown(Schema.builtin(), tree);
    ObjectNode ordered = Json.object();
    ordered.set("kind", object.path("kind"));
    ordered.set("apiVersion", object.path("apiVersion"));
    JsonNode metadata = object.path("metadata");
    if (metadata.has("resourceVersion") || metadata.has("selfLink")) {
      ObjectNode kept = Json.object();
      kept.setAll((ObjectNode) metadata);
      metadata = kept.remove(List.of("resourceVersion", "selfLink"));
    }
    ordered.set("metadata", metadata);
    object
        .fields()
        .forEachRemaining(field -> {
          if (!ordered.has(field.getKey())) {
            ordered.set(field.getKey(), field.getValue());
          }
        });
    return Json.write(ordered);
  }

  /** Served bytes as they are told under another revision. */
  static byte[] at(byte[] served, long revision) {
    int at = indexOfMetadata(served);
    int end = at + RESOURCE_VERSION.length;
    if (!Arrays.equals(served, at, end, RESOURCE_VERSION, 0, RESOURCE_VERSION.length)) {
      throw new IllegalArgumentException(
          "no served object: its resourceVersion does not come first");
    }
    int behind = end;
    while (served[behind] != '"') {
      behind++;
    }
    byte[] number = Long.toString(revision).getBytes(StandardCharsets.US_ASCII);
    byte[] told = Arrays.copyOf(served, end + number.length + served.length - behind);
    System.arraycopy(number, 0, told, end, number.length);
    System.arraycopy(served, behind, told, end + number.length, served.length - behind);
    return told;
  }

  /** The bytes that clients get of a stored object. */
  public static byte[] served(byte[] stored, long revision) {
    int at = indexOfMetadata(stored);
    byte[] version = (RESOURCE_VERSION_TEXT + revision + "\"").getBytes(StandardCharsets.US_ASCII);
    boolean empty = stored[at] == '}';
    byte[] served = Arrays.copyOf(stored, stored.length + version.length + (empty ? 0 : 1));
    System.arraycopy(version, 0, served, at, version.length);
    int behind = at + version.length;
    if (!empty) {
      served[behind++] = ',';
    }
    System.arraycopy(stored, at, served, behind, stored.length - at);
    return served;
  }

  private static int indexOfMetadata(byte[] stored) {
    int last = Math.min(METADATA_WITHIN_BYTES, stored.length - METADATA.length);
    for (int i = 0; i <= last; i++) {
      if (Arrays.equals(stored, i, i + METADATA.length, METADATA, 0, METADATA.length)) {
        return i + METADATA.length;
      }
    }
    throw new IllegalArgumentException("no stored object: its metadata does not come first");
  }
}
