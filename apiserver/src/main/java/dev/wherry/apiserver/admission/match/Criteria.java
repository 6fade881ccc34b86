package dev.wherry.apiserver.admission.match;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.LabelSelectors;
import dev.wherry.model.selector.Labels;
import java.util.List;

/**
 * What a webhook, policy or binding is for.
 *
 * @param excluded rules that take out what the others let in
 * @param equivalent whether a request counts in every version of its resource
 * @param everything whether no rules at all mean every request
 */
public record Criteria(
    Labels namespaces,
    Labels objects,
    List<Rule> rules,
    List<Rule> excluded,
    boolean equivalent,
    boolean everything) {
  /** For every request. */
  public static final Criteria ALL =
      new Criteria(Labels.EVERYTHING, Labels.EVERYTHING, List.of(), List.of(), false, true);

  /** Of a webhook. */
  public static Criteria ofWebhook(JsonNode webhook) {
    return new Criteria(
        selector(webhook.path("namespaceSelector")),
        selector(webhook.path("objectSelector")),
        Rule.all(webhook.path("rules")),
        List.of(),
        webhook.path("matchPolicy").asText("Equivalent").equals("Equivalent"),
        false);
  }

  /** Of a policy's matchConstraints or a binding's matchResources; missing ones are for all. */
  public static Criteria ofPolicy(JsonNode match) {
    if (!match.isObject()) {
      return ALL;
    }
    return new Criteria(
        selector(match.path("namespaceSelector")),
        selector(match.path("objectSelector")),
        Rule.all(match.path("resourceRules")),
        Rule.all(match.path("excludeResourceRules")),
        match.path("matchPolicy").asText("Equivalent").equals("Equivalent"),
        match.path("resourceRules").isEmpty());
  }

  private static Labels selector(JsonNode selector) {
    return selector.isEmpty() ? Labels.EVERYTHING : LabelSelectors.labels(selector);
  }
}
