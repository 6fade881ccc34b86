package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.stream.Stream;

/** Puts objects of priority and fairness together. */
final class FlowObjects {
  /** While it is "true", an object follows this program's idea of it. */
  static final String AUTOUPDATE = "apf.kubernetes.io/autoupdate-spec";

  private static final String API = "flowcontrol.apiserver.k8s.io/v1";

  private FlowObjects() {}

  static ObjectNode object(String kind, String name) {
    ObjectNode object = Json.object().put("apiVersion", API).put("kind", kind);
    object.putObject("metadata").put("name", name).putObject("annotations").put(AUTOUPDATE, "true");
    return object;
  }

  static ObjectNode level(String name) {
    ObjectNode level = object("PriorityLevelConfiguration", name);
    level.putObject("spec");
    return level;
  }

  static ObjectNode limited(ObjectNode level, int shares, int lendablePercent) {
    return level
        .withObject("/spec")
        .put("type", "Limited")
        .putObject("limited")
        .put("nominalConcurrencyShares", shares)
        .put("lendablePercent", lendablePercent);
  }

  static ObjectNode queuing(
      String name, int shares, int lendablePercent, int queues, int handSize) {
    ObjectNode level = level(name);
    limited(level, shares, lendablePercent)
        .putObject("limitResponse")
        .put("type", "Queue")
        .putObject("queuing")
        .put("queues", queues)
        .put("handSize", handSize)
        .put("queueLengthLimit", 50);
    return level;
  }

  static ObjectNode schema(
      String name, String level, int precedence, String distinguisher, ObjectNode rule) {
    ObjectNode schema = object("FlowSchema", name);
    ObjectNode spec = schema.putObject("spec");
    spec.putObject("priorityLevelConfiguration").put("name", level);
    spec.put("matchingPrecedence", precedence);
    if (!distinguisher.isEmpty()) {
      spec.putObject("distinguisherMethod").put("type", distinguisher);
    }
    spec.putArray("rules").add(rule);
    return schema;
  }

  static ObjectNode rule(List<ObjectNode> subjects) {
    ObjectNode rule = Json.object();
    rule.putArray("subjects").addAll(subjects);
    return rule;
  }

  static ObjectNode everything(List<ObjectNode> subjects) {
    ObjectNode rule = rule(subjects);
    resources(rule, List.of("*"), "*", List.of("*"), true);
    paths(rule, List.of("*"), List.of("*"));
    return rule;
  }

  static void resources(
      ObjectNode rule, List<String> verbs, String group, List<String> resources, boolean cluster) {
    ObjectNode one = rule.withArray("/resourceRules").addObject();
    texts(one, "verbs", verbs);
    texts(one, "apiGroups", List.of(group));
    texts(one, "resources", resources);
    if (cluster) {
      one.put("clusterScope", true);
    }
    texts(one, "namespaces", List.of("*"));
  }

  static void paths(ObjectNode rule, List<String> verbs, List<String> paths) {
    ObjectNode one = rule.withArray("/nonResourceRules").addObject();
    texts(one, "verbs", verbs);
    texts(one, "nonResourceURLs", paths);
  }

  static void texts(ObjectNode node, String field, List<String> values) {
    ArrayNode array = node.putArray(field);
    values.forEach(array::add);
  }

  static ObjectNode subject(String kind, String field, ObjectNode content) {
    ObjectNode subject = Json.object().put("kind", kind);
    subject.set(field, (JsonNode) content);
    return subject;
  }

  static ObjectNode user(String name) {
    return subject("User", "user", Json.object().put("name", name));
  }

  static List<ObjectNode> group(String name) {
    return List.of(subject("Group", "group", Json.object().put("name", name)));
  }

  static List<ObjectNode> everybody() {
    return Stream.of(UserInfo.UNAUTHENTICATED, UserInfo.AUTHENTICATED)
        .map(name -> group(name).getFirst())
        .toList();
  }

  static ObjectNode account(String name) {
    return subject(
        "ServiceAccount",
        "serviceAccount",
        Json.object().put("namespace", "kube-system").put("name", name));
  }
}
