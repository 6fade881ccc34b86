package dev.wherry.apiserver.openapi;

import java.util.ArrayList;
import java.util.List;

/** Query parameters of each action, as meta.k8s.io's ListOptions, CreateOptions, ... name them. */
final class QueryParameters {
  /** One parameter. */
  record Parameter(String name, String type, String description) {}

  private static final List<Parameter> LIST =
      List.of(
          new Parameter("allowWatchBookmarks", "boolean", "Ask for BOOKMARK events in a watch."),
          new Parameter(
              "continue", "string", "Token of the next page, from the last page's metadata."),
          new Parameter("fieldSelector", "string", "Only objects whose fields match."),
          new Parameter("labelSelector", "string", "Only objects whose labels match."),
          new Parameter("limit", "integer", "Most objects of one page."),
          new Parameter(
              "resourceVersion", "string", "What the answer must at least, or exactly, reflect."),
          new Parameter(
              "resourceVersionMatch",
              "string",
              "How resourceVersion is meant: NotOlderThan or Exact."),
          new Parameter(
              "sendInitialEvents", "boolean", "Begin a watch with the objects there are."),
          new Parameter("timeoutSeconds", "integer", "End the call after this time."),
          new Parameter("watch", "boolean", "Stream changes instead of a list."));
  private static final Parameter DRY_RUN =
      new Parameter("dryRun", "string", "'All' goes through every stage and stores nothing.");
  private static final Parameter FIELD_MANAGER =
      new Parameter("fieldManager", "string", "Who makes the change.");
  private static final Parameter FIELD_VALIDATION =
      new Parameter(
          "fieldValidation",
          "string",
          "What happens with unknown and duplicate fields: Ignore, Warn or Strict.");
  private static final Parameter FORCE =
      new Parameter(
          "force", "boolean", "Take fields over from other managers (apply patches only).");
  private static final List<Parameter> DELETE =
      List.of(
          DRY_RUN,
          new Parameter("gracePeriodSeconds", "integer", "Time until the object is removed."),
          new Parameter("orphanDependents", "boolean", "Deprecated: use propagationPolicy."),
          new Parameter(
              "propagationPolicy",
              "string",
              "What becomes of dependents: Orphan, Background, Foreground."));

  private QueryParameters() {}

  static List<Parameter> of(String action) {
    return switch (action) {
      case "list" -> LIST;
      case "post", "put" -> List.of(DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION);
      case "patch" -> List.of(DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION, FORCE);
      case "delete" -> DELETE;
      case "deletecollection" -> {
        List<Parameter> all = new ArrayList<>(DELETE);
        LIST.stream()
            .filter(p -> !p.name().equals("watch") && !p.name().equals("allowWatchBookmarks"))
            .forEach(all::add);
        yield all;
      }
      default -> List.of();
    };
  }
}
