package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What bounds pods: budgets of disruptions, quotas and ranges of limits. */
final class PolicyPages {
  /** What kubectl says beside the scopes of a quota. */
  private static final Map<String, String> SCOPES =
      Map.of(
          "Terminating",
          "Matches all pods that have an active deadline. These pods have a limited lifespan on a"
              + " node before being actively terminated by the system.",
          "NotTerminating",
          "Matches all pods that do not have an active deadline. These pods usually include long"
              + " running pods whose container command is not expected to terminate.",
          "BestEffort",
          "Matches all pods that do not have resource requirements set. These pods have a best"
              + " effort quality of service.",
          "NotBestEffort",
          "Matches all pods that have at least one resource requirement set. These pods have a"
              + " burstable or guaranteed quality of service.");

  private static final List<String> LIMITS =
      List.of("min", "max", "defaultRequest", "default", "maxLimitRequestRatio");

  private PolicyPages() {}

  static void disruptionBudget(JsonNode budget, Page page, Surroundings around) {
    JsonNode spec = budget.path("spec");
    JsonNode status = budget.path("status");
    head(budget, page);
    if (spec.has("minAvailable")) {
      page.fieldIfSet(0, "Min available", spec.path("minAvailable"));
    } else {
      page.fieldIfSet(0, "Max unavailable", spec.path("maxUnavailable"));
    }
    page.field(
        0,
        "Selector",
        spec.has("selector")
            ? Page.or(Multiline.selector(spec.path("selector")), "<none>")
            : "<unset>");
    page.line(0, "Status:");
    page.field(2, "Allowed disruptions", status.path("disruptionsAllowed").asText("0"));
    page.field(2, "Current", status.path("currentHealthy").asText("0"));
    page.field(2, "Desired", status.path("desiredHealthy").asText("0"));
    page.field(2, "Total", status.path("expectedPods").asText("0"));
    around.events(page, budget);
  }

  private static void head(JsonNode object, Page page) {
    page.field(0, "Name", object.path("metadata").path("name").asText());
    page.field(0, "Namespace", object.path("metadata").path("namespace").asText());
  }

  static void quota(JsonNode quota, Page page, Surroundings around) {
    head(quota, page);
    scopes(0, " * ", quota, page);
    page.line(0, "Resource\tUsed\tHard").line(0, "--------\t----\t----");
    amounts(0, quota, page);
  }

  private static void scopes(int level, String bullet, JsonNode quota, Page page) {
    TreeSet<String> scopes = new TreeSet<>();
    quota.path("spec").path("scopes").forEach(scope -> scopes.add(scope.asText()));
    if (scopes.isEmpty()) {
      return;
    }
    page.field(level, "Scopes", String.join(", ", scopes));
    for (String scope : scopes) {
      String text = SCOPES.get(scope);
      if (text != null) {
        page.line(level, bullet + text);
      }
    }
  }

  private static void amounts(int level, JsonNode quota, Page page) {
    JsonNode status = quota.path("status");
    Multiline.sorted(status.path("hard"))
        .forEach((resource, hard) ->
            page.line(
                level,
                resource + "\t" + status.path("used").path(resource).asText("0") + "\t" + hard));
  }

  /** The section of a namespace. */
  static void quotas(Page page, List<JsonNode> quotas) {
    page.line(0, "");
    if (quotas.isEmpty()) {
      page.line(0, "No resource quota.");
      return;
    }
    page.line(0, "Resource Quotas");
    for (JsonNode quota : quotas) {
      page.field(1, "Name", quota.path("metadata").path("name").asText());
      scopes(1, "* ", quota, page);
      page.line(1, "Resource\tUsed\tHard").line(1, "--------\t---\t---");
      amounts(1, quota, page);
    }
  }

  static void limitRange(JsonNode range, Page page, Surroundings around) {
    head(range, page);
    limitTitles("", page);
    limits("", range, page);
  }

  /** The section of a namespace. */
  static void limitRanges(Page page, List<JsonNode> ranges) {
    page.line(0, "");
    if (ranges.isEmpty()) {
      page.line(0, "No LimitRange resource.");
      return;
    }
    page.line(0, "Resource Limits");
    limitTitles(" ", page);
    ranges.forEach(range -> limits(" ", range, page));
  }

  private static void limitTitles(String indent, Page page) {
    page.line(
        0,
        indent
            + "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    page.line(
        0,
        indent
            + "----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
  }

  private static void limits(String indent, JsonNode range, Page page) {
    for (JsonNode limit : range.path("spec").path("limits")) {
      TreeSet<String> resources = new TreeSet<>();
      LIMITS.forEach(sort -> limit.path(sort).fieldNames().forEachRemaining(resources::add));
      for (String resource : resources) {
        StringBuilder line = new StringBuilder(indent);
        line.append(limit.path("type").asText()).append('\t').append(resource);
        LIMITS.forEach(
            sort -> line.append('\t').append(limit.path(sort).path(resource).asText("-")));
        page.line(0, line.toString());
      }
    }
  }
}
