package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.ApiException.Cause;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Collects mistakes with their field paths, in upstream's words (apimachinery
 * util/validation/field).
 */
public final class FieldErrors {
  /** Mistakes kept of one object: a hostile body cannot make the answer grow without bound. */
  public static final int ERRORS_MAX = 200;

  private final List<Cause> causes = new ArrayList<>();
  private final JsonNode before;

  public FieldErrors() {
    this(MissingNode.getInstance());
  }

  /**
   * @param before the object that is changed
   */
  FieldErrors(JsonNode before) {
    this.before = before;
  }

  /** The object as it was before a change; missing when it is new. */
  JsonNode before() {
    return before;
  }

  /** A field is absent. */
  public void required(String path, String detail) {
    add(
        "FieldValueRequired",
        path,
        detail.isEmpty() ? "Required value" : "Required value: " + detail);
  }

  /** A value is malformed. */
  public void invalid(String path, JsonNode value, String detail) {
    add(Cause.invalid(path, quote(value), detail));
  }

  /** A text is malformed. */
  public void invalid(String path, String value, String detail) {
    invalid(path, TextNode.valueOf(value), detail);
  }

  /** A value is malformed that is shown in another form. */
  void invalidAs(String path, String shown, String detail) {
    add(Cause.invalid(path, shown, detail));
  }

  /** A value is of the wrong JSON type. */
  public void typeInvalid(String path, JsonNode value, String detail) {
    add("FieldValueTypeInvalid", path, "Invalid value: " + quote(value) + ": " + detail);
  }

  /** A value is none of an enumeration. */
  public void unsupported(String path, JsonNode value, Collection<String> supported) {
    List<String> quoted = supported.stream().sorted().map(s -> '"' + s + '"').toList();
    add(
        "FieldValueNotSupported",
        path,
        "Unsupported value: " + quote(value) + ": supported values: " + String.join(", ", quoted));
  }

  /** A field may not be set, or not be set so. */
  public void forbidden(String path, String detail) {
    add("FieldValueForbidden", path, "Forbidden: " + detail);
  }

  /** A value that must be unique stands twice. */
  public void duplicate(String path, JsonNode value) {
    add("FieldValueDuplicate", path, "Duplicate value: " + quote(value));
  }

  /** A reference within the object leads nowhere. */
  public void notFound(String path, JsonNode value) {
    add("FieldValueNotFound", path, "Not found: " + quote(value));
  }

  /** A text is longer than {@code bytesMax}. */
  public void tooLong(String path, int bytesMax) {
    add("FieldValueTooLong", path, "Too long: may not be more than " + bytesMax + " bytes");
  }

  /** A list has more than {@code max} elements. */
  public void tooMany(String path, int actual, int max) {
    add("FieldValueTooMany", path, "Too many: " + actual + ": must have at most " + max + " items");
  }

  private void add(String reason, String path, String message) {
    add(new Cause(reason, message, path));
  }

  /** A mistake in words of its own. */
  public void add(Cause cause) {
    if (causes.size() < ERRORS_MAX && !causes.contains(cause)) {
      causes.add(cause);
    }
  }

  private static String quote(JsonNode value) {
    return value.isMissingNode() ? "null" : value.toString();
  }

  /** What was collected, in the order it was found. */
  public List<Cause> causes() {
    return List.copyOf(causes);
  }

  /** Refuses the object when anything was collected. */
  public void throwIfAny(KindInfo kind, String name) {
    if (!causes.isEmpty()) {
      throw ApiException.invalid(kind, name, causes);
    }
  }
}
