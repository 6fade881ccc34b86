package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.match.Criteria;
import dev.wherry.apiserver.view.Trees;
import java.util.List;

/**
 * Where a policy holds.
 *
 * @param paramRef missing where the policy gets no parameters
 * @param actions what becomes of a violation: Deny, Warn, Audit
 */
record Binding(
    String name, String policy, Criteria criteria, JsonNode paramRef, List<String> actions) {
  static Binding of(ObjectNode object) {
    JsonNode spec = object.path("spec");
    return new Binding(
        Trees.name(object),
        Trees.text(spec, "policyName"),
        Criteria.ofPolicy(spec.path("matchResources")),
        spec.path("paramRef"),
        Trees.texts(spec, "validationActions"));
  }
}
