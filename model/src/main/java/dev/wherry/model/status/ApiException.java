package dev.wherry.model.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * A request that the API refuses. Carries all that a {@code Status} has (apimachinery StatusError);
 * the constructors below are upstream's own sentences.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One cause; the field is a path such as {@code spec.containers[0].name}, or "". */
  public record Cause(String reason, String message, String field) {
    /**
     * A value that is wrong, in upstream's words (field.Invalid of apimachinery).
     *
     * @param value as it is shown: a text in quotes, anything else as its JSON
     */
    public static Cause invalid(String field, Object value, String why) {
      return new Cause("FieldValueInvalid", "Invalid value: " + value + ": " + why, field);
    }
  }

  /**
   * What the failure is about; every part may be "".
   *
   * @param retryAfterSeconds 0 when trying again soon is no use
   */
  public record Details(
      String group,
      String kind,
      String name,
      String uid,
      int retryAfterSeconds,
      List<Cause> causes) {
    public static final Details NONE = new Details("", "", "", "", 0, List.of());

    public Details {
      causes = List.copyOf(causes);
    }

    static Details of(String group, String kind, String name) {
      return new Details(group, kind, name, "", 0, List.of());
    }
  }

  private final transient Reason reason;
  private final int code;
  private final transient Details details;
  private final String continueToken;

  public ApiException(Reason reason, String message) {
    this(reason, reason.code(), message, Details.NONE);
  }

  public ApiException(Reason reason, String message, Details details) {
    this(reason, reason.code(), message, details);
  }

  public ApiException(Reason reason, int code, String message, Details details) {
    super(message, null, false, false);
    this.reason = reason;
    this.code = code;
    this.details = details;
    this.continueToken = "";
  }

  private ApiException(ApiException of, String continueToken) {
    super(of.text(), null, false, false);
    this.reason = of.reason;
    this.code = of.code;
    this.details = of.details;
    this.continueToken = continueToken;
  }

  /** The same refusal of a list, with the token by which the client may go on all the same. */
  public ApiException continuedBy(String token) {
    return new ApiException(this, token);
  }

  /** A token by which a refused list can go on; "" for none. */
  public String continueToken() {
    return continueToken;
  }

  public Reason reason() {
    return reason;
  }

  /** The HTTP status code. */
  public int code() {
    return code;
  }

  public Details details() {
    return details;
  }

  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }

  public static ApiException badRequest(String message) {
    return new ApiException(Reason.BAD_REQUEST, message);
  }

  public static ApiException notFound(KindInfo kind, String name) {
    return new ApiException(
        Reason.NOT_FOUND,
        kind.resource() + " \"" + name + "\" not found",
        Details.of(kind.group(), kind.plural(), name));
  }

  public static ApiException alreadyExists(KindInfo kind, String name) {
    return new ApiException(
        Reason.ALREADY_EXISTS,
        kind.resource() + " \"" + name + "\" already exists",
        Details.of(kind.group(), kind.plural(), name));
  }

  public static ApiException conflict(KindInfo kind, String name, String why) {
    return new ApiException(
        Reason.CONFLICT,
        "Operation cannot be fulfilled on " + kind.resource() + " \"" + name + "\": " + why,
        Details.of(kind.group(), kind.plural(), name));
  }

  public static ApiException forbidden(KindInfo kind, String name, String why) {
    String what = name.isEmpty() ? kind.resource() : kind.resource() + " \"" + name + "\"";
    return new ApiException(
        Reason.FORBIDDEN,
        what + " is forbidden: " + why,
        Details.of(kind.group(), kind.plural(), name));
  }

  /** 422: one cause stands behind the colon, several in brackets. */
  public static ApiException invalid(KindInfo kind, String name, List<Cause> causes) {
    List<String> parts = new ArrayList<>();
    for (Cause cause : causes) {
      parts.add(cause.field().isEmpty() ? cause.message() : cause.field() + ": " + cause.message());
    }
    String all = parts.size() == 1 ? parts.getFirst() : "[" + String.join(", ", parts) + "]";
    String what = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
    return new ApiException(
        Reason.INVALID,
        what + " \"" + name + "\" is invalid: " + all,
        new Details(kind.group(), kind.kind(), name, "", 0, causes));
  }

  public static ApiException expired(String message) {
    return new ApiException(Reason.EXPIRED, message);
  }

  public static ApiException tooManyRequests(String message, int retryAfterSeconds) {
    return new ApiException(
        Reason.TOO_MANY_REQUESTS,
        message,
        new Details("", "", "", "", retryAfterSeconds, List.of()));
  }

  public static ApiException internal(String message) {
    return new ApiException(
        Reason.INTERNAL_ERROR,
        "Internal error occurred: " + message,
        new Details("", "", "", "", 0, List.of(new Cause("", message, ""))));
  }

  /** The {@code Status} object as a client reads it. */
  public ObjectNode toStatus() {
    ObjectNode status = Json.object();
    status.put("kind", "Status").put("apiVersion", "v1");
    put(status.putObject("metadata"), "continue", continueToken);
    status.put("status", "Failure").put("message", text());
    if (!reason.text().isEmpty()) {
      status.put("reason", reason.text());
    }
    if (!details.equals(Details.NONE)) {
      status.set("details", detailsJson());
    }
    return status.put("code", code);
  }

  private ObjectNode detailsJson() {
    ObjectNode json = Json.object();
    put(json, "name", details.name());
    put(json, "group", details.group());
    put(json, "kind", details.kind());
    put(json, "uid", details.uid());
    if (!details.causes().isEmpty()) {
      ArrayNode causes = json.putArray("causes");
      for (Cause cause : details.causes()) {
        ObjectNode one = causes.addObject();
        put(one, "reason", cause.reason());
        put(one, "message", cause.message());
        put(one, "field", cause.field());
      }
    }
    if (details.retryAfterSeconds() > 0) {
      json.put("retryAfterSeconds", details.retryAfterSeconds());
    }
    return json;
  }

  private static void put(ObjectNode json, String field, String value) {
    if (!value.isEmpty()) {
      json.put(field, value);
    }
  }

  /** The exception of a {@code Status} that a server sent. */
  public static ApiException fromStatus(JsonNode status, int httpCode) {
    Reason reason = Reason.of(status.path("reason").asText()).orElse(Reason.UNKNOWN);
    JsonNode json = status.path("details");
    List<Cause> causes = new ArrayList<>();
    for (JsonNode cause : json.path("causes")) {
      causes.add(
          new Cause(
              cause.path("reason").asText(),
              cause.path("message").asText(),
              cause.path("field").asText()));
    }
    Details details =
        new Details(
            json.path("group").asText(),
            json.path("kind").asText(),
            json.path("name").asText(),
            json.path("uid").asText(),
            json.path("retryAfterSeconds").asInt(),
            causes);
    return new ApiException(
        reason, status.path("code").asInt(httpCode), status.path("message").asText(), details);
  }
}
