package dev.wherry.model.kind;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The two halves of an object's {@code apiVersion}.
 *
 * @param group "" for the core group
 */
public record GroupVersion(String group, String version) {
  /** From {@code v1} or {@code apps/v1}; what is malformed names nothing that is served. */
  public static GroupVersion of(String apiVersion) {
    int slash = apiVersion.indexOf('/');
    return new GroupVersion(
        slash < 0 ? "" : apiVersion.substring(0, slash), apiVersion.substring(slash + 1));
  }

  /** What an object says; both "" when it says nothing. */
  public static GroupVersion of(JsonNode object) {
    return of(object.path("apiVersion").asText(""));
  }
}
