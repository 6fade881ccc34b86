package dev.wherry.apiserver.authz.chain;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is counted of authorisation, under upstream's names. */
record ChainCounts(
    Tally decisions, Tally evaluations, Tally failOpen, Tally conditionErrors, Tally exclusions) {
  ChainCounts() {
    this(
        new Tally("Decisions that ended the question, by authorizer and outcome."),
        new Tally("Calls of authorization webhooks, by outcome."),
        new Tally("Webhooks that failed and were passed over."),
        new Tally("Requests whose match conditions could not be judged."),
        new Tally("Requests that match conditions kept from a webhook."));
  }

  Map<String, Tally> byName() {
    Map<String, Tally> all = new LinkedHashMap<>();
    all.put("apiserver_authorization_decisions_total", decisions);
    all.put("apiserver_authorization_webhook_evaluations_total", evaluations);
    all.put("apiserver_authorization_webhook_evaluations_fail_open_total", failOpen);
    all.put("apiserver_authorization_match_condition_evaluation_errors_total", conditionErrors);
    all.put("apiserver_authorization_match_condition_exclusions_total", exclusions);
    return all;
  }
}
