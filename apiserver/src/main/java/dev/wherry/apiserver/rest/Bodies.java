package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.Locale;
import java.util.Map;

/** Reads request bodies into trees, by their media type. */
public final class Bodies {
  private final Map<String, Decoder> decoders;

  /** Turns the bytes of one media type into a tree. */
  @FunctionalInterface
  public interface Decoder {
    /** Throws {@code ApiException} or {@link DecodeException} when the bytes are not readable. */
    JsonNode decode(byte[] body);
  }

  /**
   * @param others decoders of media types beside JSON
   */
  public Bodies(Map<String, Decoder> others) {
    decoders = new java.util.HashMap<>(others);
    decoders.put("application/json", Json::parse);
  }

  /** The media type without parameters; JSON where none is given. */
  static String mediaType(Exchange exchange) {
    String type = exchange.header("Content-Type").toLowerCase(Locale.ROOT);
    int semicolon = type.indexOf(';');
    String bare = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
    return bare.isEmpty() || bare.equals("*/*") ? "application/json" : bare;
  }

  /** An object of the wanted kind; kind and apiVersion may be left out. */
  ObjectNode object(Exchange exchange, KindInfo kind) {
    JsonNode tree = any(exchange);
    if (!(tree instanceof ObjectNode object)) {
      throw ApiException.badRequest(
          "the object provided is unrecognized (must be of type " + kind.kind() + ")");
    }
    String givenKind = object.path("kind").asText();
    String givenVersion = object.path("apiVersion").asText();
    boolean otherKind = !givenKind.isEmpty() && !givenKind.equals(kind.kind());
    boolean otherVersion = !givenVersion.isEmpty() && !givenVersion.equals(kind.apiVersion());
    if (otherKind || otherVersion) {
      throw ApiException.badRequest(
          givenKind
              + " in version \""
              + givenVersion
              + "\" cannot be handled as a "
              + kind.kind()
              + ": expected "
              + kind.apiVersion()
              + ", Kind="
              + kind.kind());
    }
    return object;
  }

  /** Any tree; an empty object for an empty body. */
  JsonNode any(Exchange exchange) {
    if (exchange.body().length == 0) {
      return Json.object();
    }
    String type = mediaType(exchange);
    Decoder decoder = decoders.get(type);
    if (decoder == null) {
      throw new ApiException(
          Reason.UNSUPPORTED_MEDIA_TYPE,
          "the body of the request was in an unknown format - accepted media types include: "
              + String.join(", ", new java.util.TreeSet<>(decoders.keySet())));
    }
    try {
      return decoder.decode(exchange.body());
    } catch (DecodeException e) {
      throw ApiException.badRequest(String.valueOf(e.getMessage()));
    }
  }
}
