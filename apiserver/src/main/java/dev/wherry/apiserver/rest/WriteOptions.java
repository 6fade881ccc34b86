package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.Query;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The query parameters of a create, update or patch (apimachinery meta/v1/validation).
 *
 * @param dryRun whether everything is done but storing
 * @param manager who is to own what is written
 * @param force whether an apply takes fields from their owners
 */
record WriteOptions(boolean dryRun, FieldValidation validation, String manager, boolean force) {
  private static final Set<String> VALIDATIONS = Set.of("", "Ignore", "Warn", "Strict");

  /**
   * @param kind such as {@code CreateOptions}, for the words of a refusal
   * @throws ApiException 422 for a value that does not exist
   */
  static WriteOptions of(Exchange exchange, String kind) {
    List<ApiException.Cause> causes = new ArrayList<>();
    Query query = exchange.query();
    String given = query.text("fieldManager");
    if (kind.equals("PatchOptions")) {
      checkPatch(query, Bodies.mediaType(exchange).equals(Patches.APPLY), given, causes);
    }
    ManagerNames.check(given, "fieldManager", causes);
    boolean dryRun = dryRun(query.all("dryRun"), causes);
    String validation = query.text("fieldValidation");
    if (!VALIDATIONS.contains(validation)) {
      causes.add(
          notSupported(
              "fieldValidation",
              "\"" + validation + "\"",
              "\"\", \"Ignore\", \"Strict\", \"Warn\""));
    }
    throwIfAny(kind, causes);
    String manager = given.isEmpty() ? ManagerNames.ofAgent(exchange.header("User-Agent")) : given;
    return new WriteOptions(dryRun, FieldValidation.of(validation), manager, query.flag("force"));
  }

  private static void checkPatch(
      Query query, boolean apply, String manager, List<ApiException.Cause> causes) {
    if (apply && manager.isEmpty()) {
      causes.add(
          new ApiException.Cause(
              "FieldValueRequired", "Required value: is required for apply patch", "fieldManager"));
    }
    if (!apply && query.optionalFlag("force").isPresent()) {
      causes.add(forbidden("force", "may not be specified for non-apply patch"));
    }
  }

  /** Whether nothing is to be stored; a value other than All is a cause for refusal. */
  static boolean dryRun(List<String> values, List<ApiException.Cause> causes) {
    boolean known = values.stream().allMatch("All"::equals);
    if (!known) {
      String shown = String.join(",", values.stream().map(v -> "\"" + v + "\"").toList());
      causes.add(notSupported("dryRun", "[" + shown + "]", "\"All\""));
    }
    return !values.isEmpty();
  }

  static ApiException.Cause notSupported(String field, String value, String supported) {
    return new ApiException.Cause(
        "FieldValueNotSupported",
        "Unsupported value: " + value + ": supported values: " + supported,
        field);
  }

  static ApiException.Cause forbidden(String field, String why) {
    return new ApiException.Cause("FieldValueForbidden", "Forbidden: " + why, field);
  }

  /** Refuses options as upstream refuses an object of the group meta.k8s.io. */
  static void throwIfAny(String kind, List<ApiException.Cause> causes) {
    if (!causes.isEmpty()) {
      throw ApiException.invalid(new KindInfo("meta.k8s.io", "v1", kind, "", false), "", causes);
    }
  }
}
