package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.LabelSelector;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads a meta/v1 LabelSelector out of a tree. */
final class LabelSelectors {
  private LabelSelectors() {}

  static LabelSelector read(JsonNode tree) {
    try (JsonParser parser = Json.FACTORY.createParser(Json.write(tree))) {
      parser.nextToken();
      return LabelSelector.read(parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
