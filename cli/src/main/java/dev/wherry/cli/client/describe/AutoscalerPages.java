package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** HorizontalPodAutoscalers of autoscaling/v2, as kubectl describes them. */
final class AutoscalerPages {
  private static final String UNKNOWN = "<unknown>";

  private AutoscalerPages() {}

  static void autoscaler(JsonNode autoscaler, Page page, Surroundings around) {
    JsonNode spec = autoscaler.path("spec");
    JsonNode status = autoscaler.path("status");
    JsonNode metadata = autoscaler.path("metadata");
    JsonNode target = spec.path("scaleTargetRef");
    page.field(0, "Name", metadata.path("name").asText());
    page.field(0, "Namespace", metadata.path("namespace").asText());
    Multiline.metadata(page, autoscaler);
    page.field(0, "CreationTimestamp", Moments.date(metadata.path("creationTimestamp")));
    page.field(0, "Reference", target.path("kind").asText() + "/" + target.path("name").asText());
    page.field(0, "Metrics", "( current / target )");
    for (int i = 0; i < spec.path("metrics").size(); i++) {
      metric(spec.path("metrics").get(i), status.path("currentMetrics").path(i), page);
    }
    page.field(0, "Min replicas", Page.or(Page.text(spec.path("minReplicas")), "<unset>"));
    page.field(0, "Max replicas", spec.path("maxReplicas").asText());
    behavior(spec.path("behavior"), page);
    page.field(
        0,
        target.path("kind").asText() + " pods",
        "%d current / %d desired"
            .formatted(
                status.path("currentReplicas").asInt(), status.path("desiredReplicas").asInt()));
    conditions(status.path("conditions"), page);
    around.events(page, autoscaler);
  }

  private static void metric(JsonNode metric, JsonNode status, Page page) {
    String type = metric.path("type").asText();
    String field =
        type.isEmpty() ? "" : type.substring(0, 1).toLowerCase(Locale.ROOT) + type.substring(1);
    JsonNode source = metric.path(field);
    JsonNode wanted = source.path("target");
    JsonNode current = status.path(field).path("current");
    String name = source.path("metric").path("name").asText();
    switch (type) {
      case "External" -> line(page, quoted(name) + " ", wanted, current);
      case "Pods" ->
          page.field(1, quoted(name) + " on pods", amounts(wanted, current, "averageValue"));
      case "Object" -> {
        JsonNode object = source.path("describedObject");
        String of = object.path("kind").asText() + "/" + object.path("name").asText();
        line(page, quoted(name) + " on " + of + " ", wanted, current);
      }
      case "Resource" ->
          resource(page, "resource " + source.path("name").asText() + " on pods", wanted, current);
      case "ContainerResource" ->
          resource(
              page,
              "resource %s of container %s on pods"
                  .formatted(
                      source.path("name").asText(), quoted(source.path("container").asText())),
              wanted,
              current);
      default -> page.line(1, "<unknown metric type " + quoted(type) + ">");
    }
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  private static void line(Page page, String what, JsonNode wanted, JsonNode current) {
    boolean average = wanted.has("averageValue");
    page.field(
        1,
        what + (average ? "(target average value)" : "(target value)"),
        amounts(wanted, current, average ? "averageValue" : "value"));
  }

  private static String amounts(JsonNode wanted, JsonNode current, String field) {
    return Page.or(Page.text(current.path(field)), UNKNOWN) + " / " + Page.text(wanted.path(field));
  }

  private static void resource(Page page, String what, JsonNode wanted, JsonNode current) {
    if (wanted.has("averageValue")) {
      page.field(1, what, amounts(wanted, current, "averageValue"));
      return;
    }
    String share = Page.text(current.path("averageUtilization"));
    String now =
        share.isEmpty() ? UNKNOWN : share + "% (" + Page.text(current.path("averageValue")) + ")";
    String target = Page.text(wanted.path("averageUtilization"));
    page.field(
        1,
        what + "  (as a percentage of request)",
        now + " / " + (target.isEmpty() ? "<auto>" : target + "%"));
  }

  private static void behavior(JsonNode behavior, Page page) {
    if (behavior.isMissingNode() || behavior.isNull()) {
      return;
    }
    page.line(0, "Behavior:");
    direction("Scale Up", behavior.path("scaleUp"), page);
    direction("Scale Down", behavior.path("scaleDown"), page);
  }

  private static void direction(String title, JsonNode rules, Page page) {
    if (rules.isMissingNode() || rules.isNull()) {
      return;
    }
    page.line(1, title + ":");
    if (rules.has("stabilizationWindowSeconds")) {
      page.line(
          2,
          "Stabilization Window: " + rules.path("stabilizationWindowSeconds").asInt() + " seconds");
    }
    if (rules.path("policies").isEmpty()) {
      return;
    }
    page.line(2, "Select Policy: " + rules.path("selectPolicy").asText("Max"));
    page.line(2, "Policies:");
    for (JsonNode policy : rules.path("policies")) {
      page.line(
          3,
          "- Type: %s\tValue: %d\tPeriod: %d seconds"
              .formatted(
                  policy.path("type").asText(),
                  policy.path("value").asInt(),
                  policy.path("periodSeconds").asInt()));
    }
  }

  private static void conditions(JsonNode conditions, Page page) {
    if (conditions.isEmpty()) {
      return;
    }
    page.line(0, "Conditions:")
        .line(1, "Type\tStatus\tReason\tMessage")
        .line(1, "----\t------\t------\t-------");
    for (JsonNode c : conditions) {
      page.line(
          1,
          String.join(
              "\t",
              c.path("type").asText(),
              c.path("status").asText(),
              c.path("reason").asText(""),
              c.path("message").asText("")));
    }
  }
}
