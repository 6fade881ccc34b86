package dev.wherry.apiserver.view;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.selector.Labels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Reads a meta/v1 LabelSelector out of a tree. */
public final class LabelSelectors {
  private LabelSelectors() {}

  /** The selector as a whole; one that is null or missing selects nothing. */
  public static Labels labels(JsonNode tree) {
    return Labels.of(tree.isObject() ? Optional.of(read(tree)) : Optional.empty());
  }

  public static LabelSelector read(JsonNode tree) {
    try (JsonParser parser = Json.FACTORY.createParser(Json.write(tree))) {
      parser.nextToken();
      return LabelSelector.read(parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
