package dev.wherry.apiserver.view;

import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;

/** Refusals in upstream's words, for code that knows a resource but no kind. */
public final class Refusals {
  private Refusals() {}

  /** 403: {@code pods "x" is forbidden: why}. */
  public static ApiException forbidden(Resource resource, String name, String why) {
    String what = name.isEmpty() ? resource.toString() : resource + " \"" + name + "\"";
    return new ApiException(
        Reason.FORBIDDEN, what + " is forbidden: " + why, details(resource, name));
  }

  /** 404: {@code pods "x" not found}. */
  public static ApiException notFound(Resource resource, String name) {
    return new ApiException(
        Reason.NOT_FOUND, resource + " \"" + name + "\" not found", details(resource, name));
  }

  /** 409 with a reason. */
  public static ApiException conflict(Resource resource, String name, String why) {
    return new ApiException(
        Reason.CONFLICT,
        "Operation cannot be fulfilled on " + resource + " \"" + name + "\": " + why,
        details(resource, name));
  }

  /** 422 with one cause. */
  public static ApiException invalid(
      Resource resource, String kind, String name, String field, String message) {
    String what = resource.group().isEmpty() ? kind : kind + "." + resource.group();
    return new ApiException(
        Reason.INVALID,
        what + " \"" + name + "\" is invalid: " + field + ": " + message,
        new ApiException.Details(
            resource.group(),
            kind,
            name,
            "",
            0,
            List.of(new ApiException.Cause("FieldValueInvalid", message, field))));
  }

  private static ApiException.Details details(Resource resource, String name) {
    return new ApiException.Details(resource.group(), resource.name(), name, "", 0, List.of());
  }
}
