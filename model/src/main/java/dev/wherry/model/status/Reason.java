package dev.wherry.model.status;

import java.util.Arrays;
import java.util.Optional;

/** Why a request failed (apimachinery StatusReason), with the HTTP code that goes with it. */
public enum Reason {
  BAD_REQUEST("BadRequest", 400),
  UNAUTHORIZED("Unauthorized", 401),
  FORBIDDEN("Forbidden", 403),
  NOT_FOUND("NotFound", 404),
  METHOD_NOT_ALLOWED("MethodNotAllowed", 405),
  NOT_ACCEPTABLE("NotAcceptable", 406),
  CONFLICT("Conflict", 409),
  ALREADY_EXISTS("AlreadyExists", 409),
  GONE("Gone", 410),
  EXPIRED("Expired", 410),
  REQUEST_ENTITY_TOO_LARGE("RequestEntityTooLarge", 413),
  UNSUPPORTED_MEDIA_TYPE("UnsupportedMediaType", 415),
  INVALID("Invalid", 422),
  TOO_MANY_REQUESTS("TooManyRequests", 429),
  INTERNAL_ERROR("InternalError", 500),
  SERVICE_UNAVAILABLE("ServiceUnavailable", 503),
  TIMEOUT("Timeout", 504),
  SERVER_TIMEOUT("ServerTimeout", 500),
  STORE_READ_ERROR("StorageReadError", 500),
  UNKNOWN("", 500);

  private final String text;
  private final int code;

  Reason(String text, int code) {
    this.text = text;
    this.code = code;
  }

  /** The reason as it stands in a Status; "" for {@link #UNKNOWN}. */
  public String text() {
    return text;
  }

  public int code() {
    return code;
  }

  /** What an answer's code alone says (apimachinery NewGenericServerResponse). */
  public static Reason ofCode(int code) {
    return Arrays.stream(values())
        .filter(reason -> reason.code == code)
        .findFirst()
        .orElse(code > 500 ? INTERNAL_ERROR : UNKNOWN);
  }

  /** The reason of a Status that a server sent. */
  public static Optional<Reason> of(String text) {
    return Arrays.stream(values()).filter(r -> r.text.equals(text)).findFirst();
  }
}
