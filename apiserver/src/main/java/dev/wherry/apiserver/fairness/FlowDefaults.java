package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The objects every cluster starts with (apiserver apis/flowcontrol/bootstrap, of v1). */
public final class FlowDefaults {
  /** While it is "true", an object follows this program's idea of it. */
  private static final String AUTOUPDATE = "apf.kubernetes.io/autoupdate-spec";

  private static final String API = "flowcontrol.apiserver.k8s.io/v1";
  private static final String EXEMPT = "exempt";
  private static final String CATCH_ALL = "catch-all";
  private static final String CONTROLLERS = "system:kube-controller-manager";
  private static final String SCHEDULER = "system:kube-scheduler";
  private static final String LEADER_ELECTION = "leader-election";
  private static final String WORKLOAD_HIGH = "workload-high";
  private static final String BY_USER = "ByUser";
  private static final String BY_NAMESPACE = "ByNamespace";
  private static final List<String> HOLD = List.of("get", "create", "update");

  private FlowDefaults() {}

  /** Levels without which no request could be judged. */
  public static List<ObjectNode> mandatoryLevels() {
    ObjectNode exempt = level(EXEMPT);
    exempt
        .withObject("/spec")
        .put("type", "Exempt")
        .putObject("exempt")
        .put("nominalConcurrencyShares", 0)
        .put("lendablePercent", 0);
    ObjectNode last = level(CATCH_ALL);
    limited(last, 5, 0).putObject("limitResponse").put("type", "Reject");
    return List.of(exempt, last);
  }

  /** Schemas of these levels. */
  public static List<ObjectNode> mandatorySchemas() {
    return List.of(
        schema(EXEMPT, EXEMPT, 1, "", everything(group(UserInfo.MASTERS))),
        schema(CATCH_ALL, CATCH_ALL, 10_000, BY_USER, everything(everybody())));
  }

  /** All levels. */
  public static List<ObjectNode> levels() {
    return Stream.concat(
            mandatoryLevels().stream(),
            Stream.of(
                queuing("system", 30, 33, 64, 6),
                queuing("node-high", 40, 25, 64, 6),
                queuing(LEADER_ELECTION, 10, 0, 16, 4),
                queuing(WORKLOAD_HIGH, 40, 50, 128, 6),
                queuing("workload-low", 100, 90, 128, 6),
                queuing("global-default", 20, 50, 128, 6)))
        .toList();
  }

  /** All schemas. */
  public static List<ObjectNode> schemas() {
    return Stream.concat(mandatorySchemas().stream(), suggestedSchemas()).toList();
  }

  private static Stream<ObjectNode> suggestedSchemas() {
    ObjectNode nodeHigh = rule(group(UserInfo.NODES));
    resources(nodeHigh, List.of("*"), "", List.of("nodes", "nodes/status"), true);
    resources(nodeHigh, List.of("*"), "coordination.k8s.io", List.of("leases"), false);
    ObjectNode probes = rule(everybody());
    paths(probes, List.of("get"), List.of("/healthz", "/readyz", "/livez"));
    ObjectNode systemLeases =
        rule(Stream.of(user(CONTROLLERS), user(SCHEDULER), account("*")).toList());
    resources(systemLeases, HOLD, "coordination.k8s.io", List.of("leases"), false);
    ObjectNode leases = rule(List.of(account("*")));
    resources(leases, HOLD, "coordination.k8s.io", List.of("leases"), false);
    ObjectNode endpoints =
        rule(
            List.of(
                user(CONTROLLERS),
                account("endpoint-controller"),
                account("endpointslicemirroring-controller")));
    resources(endpoints, HOLD, "", List.of("endpoints"), false);
    return Stream.of(
        schema("system-nodes", "system", 500, BY_USER, everything(group(UserInfo.NODES))),
        schema("system-node-high", "node-high", 400, BY_USER, nodeHigh),
        schema("probes", EXEMPT, 2, "", probes),
        schema("system-leader-election", LEADER_ELECTION, 100, BY_USER, systemLeases),
        schema("endpoint-controller", WORKLOAD_HIGH, 150, BY_USER, endpoints),
        schema("workload-leader-election", LEADER_ELECTION, 200, BY_USER, leases),
        schema(
            "kube-controller-manager",
            WORKLOAD_HIGH,
            800,
            BY_NAMESPACE,
            everything(List.of(user(CONTROLLERS)))),
        schema(
            "kube-scheduler",
            WORKLOAD_HIGH,
            800,
            BY_NAMESPACE,
            everything(List.of(user(SCHEDULER)))),
        schema(
            "kube-system-service-accounts",
            WORKLOAD_HIGH,
            900,
            BY_NAMESPACE,
            everything(List.of(account("*")))),
        schema(
            "service-accounts",
            "workload-low",
            9_000,
            BY_USER,
            everything(group("system:serviceaccounts"))),
        schema("global-default", "global-default", 9_900, BY_USER, everything(everybody())));
  }

  /** Whether only one content of the object is allowed, and which. */
  public static Optional<ObjectNode> mandatory(String kind, String name) {
    return Stream.concat(mandatoryLevels().stream(), mandatorySchemas().stream())
        .filter(o -> Trees.text(o, "kind").equals(kind) && Trees.name(o).equals(name))
        .findFirst();
  }

  /**
   * What a default object that exists should become; empty when it stays. The exempt level's shares
   * may be changed.
   *
   * @param wanted one of {@link #levels} and {@link #schemas}
   */
  public static Optional<ObjectNode> mended(ObjectNode wanted, ObjectNode found) {
    if (wanted.path("spec").has("exempt")) {
      return Optional.empty();
    }
    boolean ours =
        mandatory(Trees.text(wanted, "kind"), Trees.name(wanted)).isPresent()
            || Trees.text(found, "metadata", "annotations", AUTOUPDATE).equals("true");
    if (!ours || wanted.path("spec").equals(found.path("spec"))) {
      return Optional.empty();
    }
    ObjectNode next = found.deepCopy();
    next.set("spec", wanted.path("spec").deepCopy());
    return Optional.of(next);
  }

  private static ObjectNode object(String kind, String name) {
    ObjectNode object = Json.object().put("apiVersion", API).put("kind", kind);
    object.putObject("metadata").put("name", name).putObject("annotations").put(AUTOUPDATE, "true");
    return object;
  }

  private static ObjectNode level(String name) {
    ObjectNode level = object("PriorityLevelConfiguration", name);
    level.putObject("spec");
    return level;
  }

  private static ObjectNode limited(ObjectNode level, int shares, int lendablePercent) {
    return level
        .withObject("/spec")
        .put("type", "Limited")
        .putObject("limited")
        .put("nominalConcurrencyShares", shares)
        .put("lendablePercent", lendablePercent);
  }

  private static ObjectNode queuing(
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

  private static ObjectNode schema(
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

  private static ObjectNode rule(List<ObjectNode> subjects) {
    ObjectNode rule = Json.object();
    rule.putArray("subjects").addAll(subjects);
    return rule;
  }

  private static ObjectNode everything(List<ObjectNode> subjects) {
    ObjectNode rule = rule(subjects);
    resources(rule, List.of("*"), "*", List.of("*"), true);
    paths(rule, List.of("*"), List.of("*"));
    return rule;
  }

  private static void resources(
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

  private static void paths(ObjectNode rule, List<String> verbs, List<String> paths) {
    ObjectNode one = rule.withArray("/nonResourceRules").addObject();
    texts(one, "verbs", verbs);
    texts(one, "nonResourceURLs", paths);
  }

  private static void texts(ObjectNode node, String field, List<String> values) {
    ArrayNode array = node.putArray(field);
    values.forEach(array::add);
  }

  private static ObjectNode subject(String kind, String field, ObjectNode content) {
    ObjectNode subject = Json.object().put("kind", kind);
    subject.set(field, (JsonNode) content);
    return subject;
  }

  private static ObjectNode user(String name) {
    return subject("User", "user", Json.object().put("name", name));
  }

  private static List<ObjectNode> group(String name) {
    return List.of(subject("Group", "group", Json.object().put("name", name)));
  }

  private static List<ObjectNode> everybody() {
    return Stream.of(UserInfo.UNAUTHENTICATED, UserInfo.AUTHENTICATED)
        .map(name -> group(name).getFirst())
        .toList();
  }

  private static ObjectNode account(String name) {
    return subject(
        "ServiceAccount",
        "serviceAccount",
        Json.object().put("namespace", "kube-system").put("name", name));
  }
}
