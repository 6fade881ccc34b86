package dev.wherry.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** JSON trees of the runtime's own files: CNI, image manifests, archive indexes. */
public final class Trees {
  private static final ObjectMapper TREES = new ObjectMapper();

  private Trees() {}

  /**
   * Parses one document.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static JsonNode parse(byte[] bytes) {
    try {
      return TREES.readTree(bytes);
    } catch (IOException e) {
      throw new IllegalArgumentException("no JSON: " + e.getMessage(), e);
    }
  }

  /** Compact UTF-8 bytes, fields in the order they were set. */
  public static byte[] bytes(JsonNode tree) {
    try {
      return TREES.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  public static JsonNode missing() {
    return MissingNode.getInstance();
  }
}
