package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.patch.JsonPatch;
import dev.wherry.model.patch.MergePatch;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.PatchException;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.Optional;

/** Reads and applies patches. */
final class Patches {
  private final Schema schema;

  Patches(Schema schema) {
    this.schema = schema;
  }

  /** How the body is meant. */
  enum Type {
    JSON,
    MERGE,
    STRATEGIC
  }

  /** A patch as it was sent. */
  record Patch(Type type, JsonNode body) {
    /** Whether the patch itself says which revision it is meant for. */
    boolean namesRevision() {
      return type == Type.JSON
          ? body.toString().contains("resourceVersion")
          : !body.path("metadata").path("resourceVersion").asText().isEmpty();
    }
  }

  Patch parse(String mediaType, byte[] body) {
    Type type =
        switch (mediaType) {
          case "application/json-patch+json" -> Type.JSON;
          case "application/merge-patch+json" -> Type.MERGE;
          case "application/strategic-merge-patch+json" -> Type.STRATEGIC;
          default ->
              throw new ApiException(
                  Reason.UNSUPPORTED_MEDIA_TYPE,
                  "the body of the request was in an unknown format - accepted media types"
                      + " include: application/json-patch+json, application/merge-patch+json,"
                      + " application/strategic-merge-patch+json");
        };
    try {
      return new Patch(type, Json.parse(body));
    } catch (DecodeException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  /**
   * @param kind whose rules a strategic merge follows; none for kinds without any
   */
  ObjectNode apply(Patch patch, Optional<KindInfo> kind, ObjectNode target) {
    try {
      return switch (patch.type()) {
        case JSON -> JsonPatch.apply(target, patch.body());
        case MERGE -> MergePatch.apply(target, patch.body());
        case STRATEGIC -> StrategicMergePatch.apply(target, patch.body(), rules(kind));
      };
    } catch (PatchException e) {
      throw refusal(e);
    }
  }

  private MergeRules rules(Optional<KindInfo> kind) {
    return kind.flatMap(schema::ofKind).map(schema::mergeRules).orElse(MergeRules.NONE);
  }

  private static ApiException refusal(PatchException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e.fault()) {
      case MALFORMED -> ApiException.badRequest(message);
      case TOO_MANY_OPERATIONS -> new ApiException(Reason.REQUEST_ENTITY_TOO_LARGE, message);
      case DOES_NOT_APPLY -> new ApiException(Reason.INVALID, message);
    };
  }
}
