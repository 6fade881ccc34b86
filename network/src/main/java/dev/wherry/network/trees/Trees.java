package dev.wherry.network.trees;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.selector.SelectorException;
import java.io.IOException;
import java.util.Optional;

/** Reads fields of trees that may lack them. */
public final class Trees {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Trees() {}

  /** The text at a path of fields, or "". */
  public static String text(JsonNode tree, String... path) {
    return text("", tree, path);
  }

  private static String text(String fallback, JsonNode tree, String... path) {
    JsonNode node = tree;
    for (String field : path) {
      node = node.path(field);
    }
    return node.isTextual() ? node.textValue() : fallback;
  }

  /** A label selector; null where it is none that can be read. */
  public static @org.jspecify.annotations.Nullable Labels labels(JsonNode tree) {
    try (JsonParser tokens = MAPPER.treeAsTokens(tree)) {
      tokens.nextToken();
      return Labels.of(Optional.of(LabelSelector.read(tokens)));
    } catch (IOException | DecodeException | SelectorException e) {
      return null;
    }
  }

  /** The text of a field, or a default where it is missing. */
  public static String textOr(JsonNode tree, String field, String fallback) {
    return text(fallback, tree, field);
  }
}
