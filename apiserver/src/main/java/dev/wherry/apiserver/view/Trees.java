package dev.wherry.apiserver.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads fields of trees that may lack them, or hold another type or null: then the result is empty.
 */
public final class Trees {
  private Trees() {}

  /** The text at a path of field names, or "". */
  public static String text(JsonNode tree, String... path) {
    JsonNode node = at(tree, path);
    return node.isTextual() ? node.textValue() : "";
  }

  /** The node at a path of field names; a missing node when there is none. */
  public static JsonNode at(JsonNode tree, String... path) {
    JsonNode node = tree;
    for (String field : path) {
      node = node.path(field);
    }
    return node;
  }

  /** The texts of a list at a path; other items are left out. */
  public static List<String> texts(JsonNode tree, String... path) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : at(tree, path)) {
      if (item.isTextual()) {
        texts.add(item.textValue());
      }
    }
    return texts;
  }

  /** The text fields of an object at a path, in order. */
  public static Map<String, String> textMap(JsonNode tree, String... path) {
    Map<String, String> map = new LinkedHashMap<>();
    at(tree, path)
        .properties()
        .forEach(field -> {
          if (field.getValue().isTextual()) {
            map.put(field.getKey(), field.getValue().textValue());
          }
        });
    return map;
  }

  /** {@code metadata.name}. */
  public static String name(JsonNode object) {
    return text(object, "metadata", "name");
  }

  /** {@code metadata.namespace}. */
  public static String namespace(JsonNode object) {
    return text(object, "metadata", "namespace");
  }

  /** {@code metadata.uid}. */
  public static String uid(JsonNode object) {
    return text(object, "metadata", "uid");
  }

  /** The object at a field; made when missing. */
  public static ObjectNode object(ObjectNode parent, String field) {
    return parent.path(field) instanceof ObjectNode child ? child : parent.putObject(field);
  }

  /** The list at a field; made when missing. */
  public static com.fasterxml.jackson.databind.node.ArrayNode list(
      ObjectNode parent, String field) {
    return parent.path(field) instanceof com.fasterxml.jackson.databind.node.ArrayNode child
        ? child
        : parent.putArray(field);
  }
}
