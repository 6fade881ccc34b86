package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Converts objects between the versions of their definition. */
@FunctionalInterface
public interface VersionConverter {
  /** Where all versions have the same fields: only the name of the version changes. */
  VersionConverter RENAMING =
      (definition, apiVersion, object) -> object.put("apiVersion", apiVersion);

  /**
   * @param object may be changed and returned
   * @throws dev.wherry.model.status.ApiException when the conversion fails
   */
  ObjectNode convert(Definition definition, String apiVersion, ObjectNode object);
}
