package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;

/** What bounds pods: budgets of disruptions. */
final class PolicyPages {
  private PolicyPages() {}

  static void disruptionBudget(JsonNode budget, Page page, Surroundings around) {
    JsonNode spec = budget.path("spec");
    JsonNode status = budget.path("status");
    page.field(0, "Name", budget.path("metadata").path("name").asText());
    page.field(0, "Namespace", budget.path("metadata").path("namespace").asText());
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
}
