package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.patch.JsonPatch;
import dev.wherry.model.patch.MergePatch;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.PatchException;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.schema.NullFields;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads and applies patches. */
final class Patches {
  /** The media type of a configuration to apply; JSON is YAML too. */
  static final String APPLY = "application/apply-patch+yaml";

  private static final Set<String> OPERATION_FIELDS = Set.of("op", "path", "from", "value");
  private static final String CUSTOM_TYPES =
      "the body of the request was in an unknown format - accepted media types include:"
          + " application/json-patch+json, application/merge-patch+json,"
          + " application/apply-patch+yaml";

  private static final KindInfo NO_KIND = new KindInfo("", "", "", "", false);

  private final Schema schema;
  private final CustomForms forms;

  Patches(Schema schema, CustomForms forms) {
    this.forms = forms;
    this.schema = schema;
  }

  /** How the body is meant. */
  enum Type {
    JSON,
    MERGE,
    STRATEGIC,
    APPLY
  }

  /**
   * A patch as it was sent.
   *
   * @param doubled paths of keys that stand twice in it; of a JSON patch and of a configuration
   *     whole sentences
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
          case APPLY -> Type.APPLY;
          default ->
              throw new ApiException(
                  Reason.UNSUPPORTED_MEDIA_TYPE,
                  "the body of the request was in an unknown format - accepted media types"
                      + " include: application/json-patch+json, application/merge-patch+json,"
                      + " application/strategic-merge-patch+json, "
                      + APPLY);
        };
    if (type == Type.APPLY) {
      return configuration(body, validation);
    }
    try {
      Json.Parsed parsed = Json.parseReporting(body);
      List<String> doubled =
          type == Type.JSON ? complaintsOfOperations(parsed) : parsed.duplicates();
      return new Patch(type, parsed.tree(), doubled, validation);
    } catch (DecodeException e) {
      throw ApiException.badRequest("error decoding patch: " + e.getMessage());
    }
  }

  /** What a strict decoder says of the operations of a JSON patch. */
  private static List<String> complaintsOfOperations(Json.Parsed parsed) {
    List<String> complaints = new ArrayList<>();
    for (int i = 0; i < parsed.tree().size(); i++) {
      for (Map.Entry<String, JsonNode> field : parsed.tree().path(i).properties()) {
        if (!OPERATION_FIELDS.contains(field.getKey())) {
          complaints.add("json patch unknown field \"[" + i + "]." + field.getKey() + "\"");
        }
      }
    }
    parsed.duplicates().forEach(d -> complaints.add("json patch duplicate field \"" + d + "\""));
    return complaints.size() > StructDecoder.UNKNOWN_MAX
        ? complaints.subList(0, StructDecoder.UNKNOWN_MAX)
        : complaints;
  }

  private static Patch configuration(byte[] body, FieldValidation validation) {
    try {
      Json.Parsed parsed = Yaml.parse(body);
      if (!(parsed.tree() instanceof ObjectNode)) {
        throw new DecodeException(
            "json: cannot unmarshal "
                + Json.kindOf(parsed.tree())
                + " into Go value of type map[string]interface {}");
      }
      boolean strict = validation != FieldValidation.IGNORE && !parsed.duplicates().isEmpty();
      List<String> doubled = strict ? Yaml.duplicateLines(body) : List.of();
      return new Patch(Type.APPLY, parsed.tree(), doubled, validation);
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
    boolean custom = forms.handles(kind);
    if (custom && patch.type() == Type.STRATEGIC) {
      throw new ApiException(Reason.UNSUPPORTED_MEDIA_TYPE, CUSTOM_TYPES);
    }
    try {
      ObjectNode wanted =
          switch (patch.type()) {
            // It names what its author has read, nulls too; the decoder drops them again.
            case JSON -> JsonPatch.apply(NullFields.shown(schema, target), patch.body());
            case MERGE -> MergePatch.apply(target, patch.body());
            case APPLY -> throw new IllegalArgumentException("an apply has owners");
            case STRATEGIC ->
                StrategicMergePatch.apply(
                    target, patch.body(), type.map(schema::mergeRules).orElse(MergeRules.NONE));
          };
      if (custom) {
        return decodeCustom(patch, kind, wanted);
      }
      if (type.isEmpty()) {
        return new Patched(wanted, List.of());
      }
      checkKind(patch, kind, wanted);
      return decode(patch, type.get(), wanted);
    } catch (PatchException e) {
      throw refusal(e);
    }
  }

  /**
   * An object in which a configuration was applied, as its type's decoder gives it.
   *
   * @throws ApiException 400 for doubled keys under strict validation and for a value that the type
   *     cannot hold
   */
  Patched applied(Patch patch, KindInfo kind, ObjectNode merged) {
    List<String> complaints = List.of();
    if (!patch.doubled().isEmpty()) {
      String why =
          "error converting YAML to JSON: yaml: unmarshal errors:\n  "
              + String.join("\n  ", patch.doubled());
      if (patch.validation() == FieldValidation.STRICT) {
        throw ApiException.badRequest("error strict decoding patch: " + why);
      }
      complaints = List.of(why);
    }
    Optional<ObjectType> type = schema.ofKind(kind);
    boolean custom = forms.handles(kind);
    if (type.isEmpty() && !custom) {
      return new Patched(merged, complaints);
    }
    try {
      if (custom) {
        return new Patched(forms.decode(kind, merged).object(), complaints);
      }
      return new Patched(
          StructDecoder.decode(schema, type.orElseThrow(), merged).object(), complaints);
    } catch (DecodeException e) {
      throw ApiException.badRequest(
          "failed to convert new object to proper version: " + e.getMessage());
    }
  }

  /** A strategic merge leaves both as they are; else the result is decoded as what it says. */
  private void checkKind(Patch patch, KindInfo kind, ObjectNode wanted) {
    String name = wanted.path("kind").asText(kind.kind());
    String apiVersion = wanted.path("apiVersion").asText(kind.apiVersion());
    boolean said = !name.isEmpty() && !apiVersion.isEmpty() && !name.equals("null");
    if (patch.type() == Type.STRATEGIC || !said || kind.kind().isEmpty()) {
      return;
    }
    if (schema.ofKind(apiVersion, name).isEmpty()) {
      throw invalid(patch, wanted, WrongKind.unknown(apiVersion, name));
    }
    if (!name.equals(kind.kind()) || !GroupVersion.of(apiVersion).group().equals(kind.group())) {
      throw invalid(patch, wanted, WrongKind.other(apiVersion, name, kind));
    }
  }

  private Patched decode(Patch patch, ObjectType type, ObjectNode wanted) {
    try {
      StructDecoder.Decoded decoded = StructDecoder.decode(schema, type, wanted);
      List<String> complaints = complaints(patch, decoded);
      if (patch.validation() == FieldValidation.STRICT && !complaints.isEmpty()) {
        throw invalid(patch, wanted, FieldValidation.refusal(complaints));
      }
      return new Patched(decoded.object(), complaints);
    } catch (DecodeException e) {
      throw invalid(patch, wanted, String.valueOf(e.getMessage()));
    }
  }

  private static List<String> complaints(Patch patch, StructDecoder.Decoded decoded) {
    if (patch.type() != Type.JSON) {
      return FieldValidation.complaints(decoded, patch.doubled());
    }
    List<String> all = new ArrayList<>(patch.doubled());
    all.addAll(FieldValidation.complaints(decoded, List.of()));
    return all;
  }

  private Patched decodeCustom(Patch patch, KindInfo kind, ObjectNode wanted) {
    try {
      CustomForms.Decoded decoded = forms.decode(kind, wanted);
      boolean json = patch.type() == Type.JSON;
      List<String> complaints = new ArrayList<>(json ? patch.doubled() : List.of());
      complaints.addAll(
          FieldValidation.customComplaints(decoded, json ? List.of() : patch.doubled()));
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
        NO_KIND, "", List.of(ApiException.Cause.invalid("patch", quoted, why)));
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
