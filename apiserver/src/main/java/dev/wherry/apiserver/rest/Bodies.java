package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.GroupVersion;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.schema.ObjectType;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.schema.StructDecoder;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads request bodies into trees of the wanted kind, by their media type. */
public final class Bodies {
  /** Bytes of a body that a refusal quotes. */
  private static final int QUOTED_BYTES_MAX = 30;

  private final Map<String, Decoder> decoders;
  private final Schema schema;
  private final CustomForms forms;

  /** Turns the bytes of one media type into a tree. */
  @FunctionalInterface
  public interface Decoder {
    /** Throws {@code ApiException} or {@link DecodeException} when the bytes are not readable. */
    Json.Parsed decode(byte[] body);
  }

  /**
   * @param others decoders of media types beside JSON
   */
  public Bodies(Map<String, Decoder> others, Schema schema, CustomForms forms) {
    this.forms = forms;
    decoders = new java.util.HashMap<>(others);
    decoders.put("application/json", Json::parseReporting);
    this.schema = schema;
  }

  /** The media type without parameters; JSON where none is given. */
  static String mediaType(Exchange exchange) {
    String type = exchange.header("Content-Type").toLowerCase(Locale.ROOT);
    int semicolon = type.indexOf(';');
    String bare = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
    return bare.isEmpty() || bare.equals("*/*") ? "application/json" : bare;
  }

  /**
   * An object of the wanted kind, with the fields of its type only; kind and apiVersion may be left
   * out.
   *
   * @throws ApiException 400 in the words of upstream's decoder, 415 for an unknown media type
   */
  ObjectNode object(Exchange exchange, KindInfo kind, FieldValidation validation) {
    Json.Parsed parsed = parse(exchange, kind);
    if (!(parsed.tree() instanceof ObjectNode object)) {
      String found = Json.kindOf(parsed.tree());
      throw unreadable(
          exchange,
          kind,
          "json: cannot unmarshal "
              + found
              + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\";"
              + " Kind string \"json:\\\"kind,omitempty\\\"\" }");
    }
    if (forms.handles(kind)) {
      return custom(exchange, kind, validation, object, parsed.duplicates());
    }
    checkKind(object, kind);
    Optional<ObjectType> type = schema.ofKind(kind);
    if (type.isEmpty()) {
      return object;
    }
    try {
      StructDecoder.Decoded decoded = StructDecoder.decode(schema, type.get(), object);
      List<String> complaints = FieldValidation.complaints(decoded, parsed.duplicates());
      if (validation == FieldValidation.STRICT && !complaints.isEmpty()) {
        throw notHandled(object, kind, FieldValidation.refusal(complaints));
      }
      validation.warn(exchange, complaints);
      return decoded.object();
    } catch (DecodeException e) {
      throw notHandled(object, kind, String.valueOf(e.getMessage()));
    }
  }

  /** Here kind and apiVersion have to be there, and right. */
  private ObjectNode custom(
      Exchange exchange,
      KindInfo kind,
      FieldValidation validation,
      ObjectNode object,
      List<String> doubled) {
    String givenKind = object.path("kind").asText();
    String apiVersion = object.path("apiVersion").asText();
    if (givenKind.isEmpty() || apiVersion.isEmpty()) {
      String absent = givenKind.isEmpty() ? "Kind" : "apiVersion";
      throw unreadable(exchange, kind, "Object '" + absent + "' is missing in '" + object + "'");
    }
    if (!apiVersion.equals(kind.apiVersion())) {
      throw ApiException.badRequest(
          "the API version in the data (%s) does not match the expected API version (%s)"
              .formatted(apiVersion, kind.apiVersion()));
    }
    if (!givenKind.equals(kind.kind())) {
      throw ApiException.invalid(
          kind,
          object.path("metadata").path("name").asText(),
          List.of(
              ApiException.Cause.invalid(
                  "kind", "\"" + givenKind + "\"", "must be " + kind.kind())));
    }
    try {
      CustomForms.Decoded decoded = forms.decode(kind, object);
      List<String> complaints = FieldValidation.customComplaints(decoded, doubled);
      if (validation == FieldValidation.STRICT && !complaints.isEmpty()) {
        throw notHandled(object, kind, FieldValidation.refusal(complaints));
      }
      validation.warn(exchange, complaints);
      return decoded.object();
    } catch (DecodeException e) {
      throw notHandled(object, kind, String.valueOf(e.getMessage()));
    }
  }

  /** Options that may stand in a body; an empty object for an empty body. */
  ObjectNode options(Exchange exchange, String typeName) {
    if (exchange.body().length == 0) {
      return Json.object();
    }
    try {
      Json.Parsed parsed = decoder(exchange).decode(exchange.body());
      if (parsed.tree().isNull()) {
        return Json.object();
      }
      if (parsed.tree() instanceof ObjectNode object) {
        String kind = object.path("kind").asText(typeName);
        if (!typeName.endsWith("." + kind) && !kind.isEmpty() && !kind.equals(typeName)) {
          throw ApiException.badRequest(
              WrongKind.unknown(object.path("apiVersion").asText(), kind));
        }
        ObjectType type = schema.type(typeName).orElseThrow();
        return StructDecoder.decode(schema, type, object).object();
      }
      throw ApiException.badRequest("decoded object cannot be converted to DeleteOptions");
    } catch (DecodeException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private Json.Parsed parse(Exchange exchange, KindInfo kind) {
    try {
      return decoder(exchange).decode(exchange.body());
    } catch (DecodeException e) {
      throw unreadable(
          exchange, kind, "couldn't get version/kind; json parse error: " + e.getMessage());
    }
  }

  private Decoder decoder(Exchange exchange) {
    Decoder decoder = decoders.get(mediaType(exchange));
    if (decoder == null) {
      throw new ApiException(
          Reason.UNSUPPORTED_MEDIA_TYPE,
          "the body of the request was in an unknown format - accepted media types include: "
              + "application/json, application/yaml, application/vnd.kubernetes.protobuf");
    }
    return decoder;
  }

  private void checkKind(ObjectNode object, KindInfo kind) {
    String givenKind = object.path("kind").asText();
    String givenVersion = object.path("apiVersion").asText();
    boolean otherKind = !givenKind.isEmpty() && !givenKind.equals(kind.kind());
    boolean otherVersion = !givenVersion.isEmpty() && !givenVersion.equals(kind.apiVersion());
    if (!otherKind && !otherVersion) {
      return;
    }
    String apiVersion = givenVersion.isEmpty() ? kind.apiVersion() : givenVersion;
    String why =
        schema.ofKind(apiVersion, givenKind).isPresent()
            ? WrongKind.other(apiVersion, givenKind, kind)
            : WrongKind.unknown(apiVersion, givenKind);
    throw notHandled(object, kind, why);
  }

  private static ApiException notHandled(ObjectNode object, KindInfo kind, String why) {
    String given = object.path("kind").asText(kind.kind());
    String apiVersion = object.path("apiVersion").asText(kind.apiVersion());
    return ApiException.badRequest(
        "%s in version \"%s\" cannot be handled as a %s: %s"
            .formatted(
                given.isEmpty() ? kind.kind() : given,
                GroupVersion.of(apiVersion).version(),
                kind.kind(),
                why));
  }

  private static ApiException unreadable(Exchange exchange, KindInfo kind, String why) {
    return ApiException.badRequest(
        "the object provided is unrecognized (must be of type %s): %s (%s)"
            .formatted(kind.kind(), why, quoted(exchange.body())));
  }

  private static String quoted(byte[] body) {
    if (body.length == 0) {
      return "<empty>";
    }
    int length = Math.min(body.length, QUOTED_BYTES_MAX);
    String head =
        body[0] == '{'
            ? new String(body, 0, length, StandardCharsets.UTF_8)
            : HexFormat.of().formatHex(body, 0, length);
    return body.length > length ? head + " ..." : head;
  }
}
