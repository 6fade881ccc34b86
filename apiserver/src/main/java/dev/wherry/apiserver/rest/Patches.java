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
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Reads and applies patches. */
final class Patches {
  private static final KindInfo NO_KIND = new KindInfo("", "", "", "", false);

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

  /**
   * A patch as it was sent.
   *
   * @param doubled paths of keys that stand twice in it
   */
  record Patch(Type type, JsonNode body, List<String> doubled, FieldValidation validation) {
    /** Whether the patch itself says which revision it is meant for. */
    boolean namesRevision() {
      return type == Type.JSON
          ? body.toString().contains("resourceVersion")
          : !body.path("metadata").path("resourceVersion").asText().isEmpty();
    }
  }

  /**
   * A patched object.
   *
   * @param complaints of a strict decoder
   */
  record Patched(ObjectNode object, List<String> complaints) {}

  Patch parse(String mediaType, byte[] body) {
    return parse(mediaType, body, FieldValidation.IGNORE);
  }

  Patch parse(String mediaType, byte[] body, FieldValidation validation) {
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
      Json.Parsed parsed = Json.parseReporting(body);
      List<String> doubled = type == Type.JSON ? List.of() : parsed.duplicates();
      return new Patch(type, parsed.tree(), doubled, validation);
    } catch (DecodeException e) {
      throw ApiException.badRequest("error decoding patch: " + e.getMessage());
    }
  }

  /**
   * Patches a copy.
   *
   * @param kind of the target
   * @throws ApiException 400 for a malformed patch, 422 for one that does not apply, or whose
   *     result is no object of the kind, or has unknown fields under strict validation
   */
  Patched apply(Patch patch, KindInfo kind, ObjectNode target) {
    Optional<ObjectType> type = schema.ofKind(kind);
    try {
      ObjectNode wanted =
          switch (patch.type()) {
            case JSON -> JsonPatch.apply(target, patch.body());
            case MERGE -> MergePatch.apply(target, patch.body());
            case STRATEGIC ->
                StrategicMergePatch.apply(
                    target, patch.body(), type.map(schema::mergeRules).orElse(MergeRules.NONE));
          };
      return type.isEmpty() ? new Patched(wanted, List.of()) : decode(patch, type.get(), wanted);
    } catch (PatchException e) {
      throw refusal(e);
    }
  }

  private Patched decode(Patch patch, ObjectType type, ObjectNode wanted) {
    try {
      StructDecoder.Decoded decoded = StructDecoder.decode(schema, type, wanted);
      List<String> complaints = FieldValidation.complaints(decoded, patch.doubled());
      if (patch.validation() == FieldValidation.STRICT && !complaints.isEmpty()) {
        throw invalid(patch, wanted, FieldValidation.refusal(complaints));
      }
      return new Patched(decoded.object(), complaints);
    } catch (DecodeException e) {
      throw invalid(patch, wanted, String.valueOf(e.getMessage()));
    }
  }

  /** Upstream quotes the whole: the result, or, of a strategic merge, the patch in Go's form. */
  private static ApiException invalid(Patch patch, ObjectNode wanted, String why) {
    String value =
        patch.type() == Type.STRATEGIC
            ? GoText.of(patch.body())
            : new String(Json.write(wanted), StandardCharsets.UTF_8);
    String quoted = new String(Json.write(Json.text(value)), StandardCharsets.UTF_8);
    return ApiException.invalid(
        NO_KIND,
        "",
        List.of(
            new ApiException.Cause(
                "FieldValueInvalid", "Invalid value: " + quoted + ": " + why, "patch")));
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
