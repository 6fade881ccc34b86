package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.request.RequestInfo;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A request as the metrics page counts it, in upstream's words (apiserver endpoints/metrics).
 *
 * @param dryRun the parameter's values
 * @param applied whether a patch is a server-side apply
 */
record CountedRequest(RequestInfo asked, List<String> dryRun, boolean applied) {
  private static final Set<String> CONNECTED =
      Set.of("log", "exec", "portforward", "attach", "proxy");

  String dry() {
    if (dryRun.isEmpty()) {
      return "";
    }
    return dryRun.stream().allMatch("All"::equals) ? "All" : "invalid";
  }

  /** HTTP's methods, but lists, watches, applies and streams have names of their own. */
  String verb() {
    if (CONNECTED.contains(asked.subresource())) {
      return "CONNECT";
    }
    return switch (asked.verb()) {
      case "create" -> "POST";
      case "update" -> "PUT";
      case "patch" -> applied ? "APPLY" : "PATCH";
      case "delete", "deletecollection" -> "DELETE";
      case "head" -> "GET";
      case "" -> "other";
      default -> asked.verb().toUpperCase(Locale.ROOT);
    };
  }

  /** Of a watch or stream (apiserver_longrunning_requests). */
  String longRunningLabels() {
    return "component=\"apiserver\",group=\"%s\",resource=\"%s\",scope=\"%s\",subresource=\"%s\",verb=\"%s\",version=\"%s\""
        .formatted(
            asked.group(), asked.resource(), scope(), asked.subresource(), verb(), asked.version());
  }

  String scope() {
    if (!asked.resourceRequest()) {
      return "";
    }
    if (!asked.name().isEmpty() || asked.verb().equals("create")) {
      return "resource";
    }
    return asked.namespace().isEmpty() ? "cluster" : "namespace";
  }
}
