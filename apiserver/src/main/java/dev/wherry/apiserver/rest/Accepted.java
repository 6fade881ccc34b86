package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.media.MediaRange;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;

/** The form of an answer that a client accepts and that we have. */
enum Accepted {
  JSON,
  YAML,
  TABLE_V1,
  TABLE_V1BETA1,
  PARTIAL;

  private static final String META = "meta.k8s.io";

  /**
   * The client's first choice that can be served.
   *
   * @throws ApiException 406 when none can
   */
  static Accepted of(String accept) {
    for (MediaRange range : MediaRange.parse(accept)) {
      String as = range.parameters().getOrDefault("as", "");
      String version = range.parameters().getOrDefault("v", "");
      boolean json = range.accepts("application/json");
      if (as.isEmpty() && json) {
        return JSON;
      }
      if (as.isEmpty() && range.accepts("application/yaml")) {
        return YAML;
      }
      if (json && META.equals(range.parameters().getOrDefault("g", META))) {
        if (as.equals("Table")) {
          return version.equals("v1beta1") ? TABLE_V1BETA1 : TABLE_V1;
        }
        if (as.startsWith("PartialObjectMetadata")) {
          return PARTIAL;
        }
      }
    }
    throw new ApiException(
        Reason.NOT_ACCEPTABLE,
        "only the following media types are accepted: application/json, application/yaml");
  }

  boolean isTable() {
    return this == TABLE_V1 || this == TABLE_V1BETA1;
  }
}
