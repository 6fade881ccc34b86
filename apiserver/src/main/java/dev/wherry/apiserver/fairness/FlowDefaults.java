package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Trees;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The objects every cluster starts with (apiserver apis/flowcontrol/bootstrap, of v1). */
public final class FlowDefaults {
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
    ObjectNode exempt = FlowObjects.level(EXEMPT);
    exempt
        .withObject("/spec")
        .put("type", "Exempt")
        .putObject("exempt")
        .put("nominalConcurrencyShares", 0)
        .put("lendablePercent", 0);
    ObjectNode last = FlowObjects.level(CATCH_ALL);
    FlowObjects.limited(last, 5, 0).putObject("limitResponse").put("type", "Reject");
    return List.of(exempt, last);
  }

  /** Schemas of these levels. */
  public static List<ObjectNode> mandatorySchemas() {
    return List.of(
        FlowObjects.schema(
            EXEMPT, EXEMPT, 1, "", FlowObjects.everything(FlowObjects.group(UserInfo.MASTERS))),
        FlowObjects.schema(
            CATCH_ALL,
            CATCH_ALL,
            10_000,
            BY_USER,
            FlowObjects.everything(FlowObjects.everybody())));
  }

  /** All levels. */
  public static List<ObjectNode> levels() {
    return Stream.concat(
            mandatoryLevels().stream(),
            Stream.of(
                FlowObjects.queuing("system", 30, 33, 64, 6),
                FlowObjects.queuing("node-high", 40, 25, 64, 6),
                FlowObjects.queuing(LEADER_ELECTION, 10, 0, 16, 4),
                FlowObjects.queuing(WORKLOAD_HIGH, 40, 50, 128, 6),
                FlowObjects.queuing("workload-low", 100, 90, 128, 6),
                FlowObjects.queuing("global-default", 20, 50, 128, 6)))
        .toList();
  }

  /** All schemas. */
  public static List<ObjectNode> schemas() {
    return Stream.concat(mandatorySchemas().stream(), suggestedSchemas()).toList();
  }

  private static Stream<ObjectNode> suggestedSchemas() {
    ObjectNode nodeHigh = FlowObjects.rule(FlowObjects.group(UserInfo.NODES));
    FlowObjects.resources(nodeHigh, List.of("*"), "", List.of("nodes", "nodes/status"), true);
    FlowObjects.resources(nodeHigh, List.of("*"), "coordination.k8s.io", List.of("leases"), false);
    ObjectNode probes = FlowObjects.rule(FlowObjects.everybody());
    FlowObjects.paths(probes, List.of("get"), List.of("/healthz", "/readyz", "/livez"));
    ObjectNode systemLeases =
        FlowObjects.rule(
            Stream.of(
                    FlowObjects.user(CONTROLLERS),
                    FlowObjects.user(SCHEDULER),
                    FlowObjects.account("*"))
                .toList());
    FlowObjects.resources(systemLeases, HOLD, "coordination.k8s.io", List.of("leases"), false);
    ObjectNode leases = FlowObjects.rule(List.of(FlowObjects.account("*")));
    FlowObjects.resources(leases, HOLD, "coordination.k8s.io", List.of("leases"), false);
    ObjectNode endpoints =
        FlowObjects.rule(
            List.of(
                FlowObjects.user(CONTROLLERS),
                FlowObjects.account("endpoint-controller"),
                FlowObjects.account("endpointslicemirroring-controller")));
    FlowObjects.resources(endpoints, HOLD, "", List.of("endpoints"), false);
    return Stream.of(
        FlowObjects.schema(
            "system-nodes",
            "system",
            500,
            BY_USER,
            FlowObjects.everything(FlowObjects.group(UserInfo.NODES))),
        FlowObjects.schema("system-node-high", "node-high", 400, BY_USER, nodeHigh),
        FlowObjects.schema("probes", EXEMPT, 2, "", probes),
        FlowObjects.schema("system-leader-election", LEADER_ELECTION, 100, BY_USER, systemLeases),
        FlowObjects.schema("endpoint-controller", WORKLOAD_HIGH, 150, BY_USER, endpoints),
        FlowObjects.schema("workload-leader-election", LEADER_ELECTION, 200, BY_USER, leases),
        FlowObjects.schema(
            "kube-controller-manager",
            WORKLOAD_HIGH,
            800,
            BY_NAMESPACE,
            FlowObjects.everything(List.of(FlowObjects.user(CONTROLLERS)))),
        FlowObjects.schema(
            "kube-scheduler",
            WORKLOAD_HIGH,
            800,
            BY_NAMESPACE,
            FlowObjects.everything(List.of(FlowObjects.user(SCHEDULER)))),
        FlowObjects.schema(
            "kube-system-service-accounts",
            WORKLOAD_HIGH,
            900,
            BY_NAMESPACE,
            FlowObjects.everything(List.of(FlowObjects.account("*")))),
        FlowObjects.schema(
            "service-accounts",
            "workload-low",
            9_000,
            BY_USER,
            FlowObjects.everything(FlowObjects.group("system:serviceaccounts"))),
        FlowObjects.schema(
            "global-default",
            "global-default",
            9_900,
            BY_USER,
            FlowObjects.everything(FlowObjects.everybody())));
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
            || Trees.text(found, "metadata", "annotations", FlowObjects.AUTOUPDATE).equals("true");
    if (!ours || wanted.path("spec").equals(found.path("spec"))) {
      return Optional.empty();
    }
    ObjectNode next = found.deepCopy();
    next.set("spec", wanted.path("spec").deepCopy());
    return Optional.of(next);
  }
}
