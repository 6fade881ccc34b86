package dev.wherry.cli.client.select;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An object of a file.
 *
 * @param source the file as it was named, {@code STDIN} for a pipe
 */
public record Manifest(ObjectNode object, String source) {
  public String apiVersion() {
    return object.path("apiVersion").asText("");
  }

  public String kind() {
    return object.path("kind").asText("");
  }

  public String name() {
    return object.path("metadata").path("name").asText("");
  }

  public String namespace() {
    return object.path("metadata").path("namespace").asText("");
  }
}
