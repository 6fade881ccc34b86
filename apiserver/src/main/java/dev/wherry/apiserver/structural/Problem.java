package dev.wherry.apiserver.structural;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.status.ApiException.Cause;

/**
 * One mistake in an object.
 *
 * @param blocking whether rules in CEL are not worth looking at any more
 */
public record Problem(Cause cause, boolean blocking) {
  static final String NO_FIELD = "<nil>";

  /** A value that is wrong. */
  public static Problem invalid(String field, JsonNode value, String said) {
    return new Problem(Cause.invalid(field, value, said), false);
  }

  /** A mistake after which rules in CEL may still be looked at. */
  public static Problem of(String reason, String field, String message) {
    return of(reason, field, message, false);
  }

  static Problem of(String reason, String field, String message, boolean blocking) {
    return new Problem(new Cause(reason, message, field), blocking);
  }
}
