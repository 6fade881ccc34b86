package dev.wherry.apiserver.admission.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Admission policies over HTTP against a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyAdmissionTest {
  private static final Duration WITHIN = Duration.ofSeconds(120);
  private static final String GROUP = "/apis/admissionregistration.k8s.io/v1/";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private ServerFixture server;

  @BeforeAll
  void start(@TempDir Path data) throws InterruptedException {
    server = ServerFixture.start(data);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @AfterEach
  void clear() {
    for (String kind : new String[] {"validating", "mutating"}) {
      server.delete(GROUP + kind + "admissionpolicybindings");
      server.delete(GROUP + kind + "admissionpolicies");
    }
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + WITHIN.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("not within " + WITHIN);
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private static String deployment(String name, int replicas) {
    return """
    {apiVersion: apps/v1, kind: Deployment, metadata: {name: %s, labels: {app: x}},
     spec: {replicas: %d, selector: {matchLabels: {a: b}},
            template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}\
    """
        .formatted(name, replicas);
  }

  private static String map(String name, String data) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: %s}"
        .formatted(name, data);
  }

  private void policy(String kind, String name, String resource, String spec, String binding) {
    String[] parts = resource.split("/");
    var policy =
        server.post(
            GROUP + kind.toLowerCase(java.util.Locale.ROOT) + "admissionpolicies",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: %sAdmissionPolicy,
             metadata: {name: %s}, spec: {matchConstraints: {resourceRules: [{
               operations: [CREATE, UPDATE], apiGroups: ["%s"], apiVersions: [v1],
               resources: [%s]}]}, %s}}
            """
                .formatted(kind, name, parts[0], parts[1], spec));
    assertEquals(201, policy.code(), policy.text());
    var bound =
        server.post(
            GROUP + kind.toLowerCase(java.util.Locale.ROOT) + "admissionpolicybindings",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: %sAdmissionPolicyBinding,
             metadata: {name: %s-binding}, spec: {policyName: %s%s}}
            """
                .formatted(kind, name, name, binding));
    assertEquals(201, bound.code(), bound.text());
  }

  @Test
  void create_againstValidatingPolicy_isInvalidInUpstreamsWords() {
    policy(
        "Validating",
        "replicas.example.com",
        "apps/deployments",
        """
        variables: [{name: replicas, expression: "object.spec.replicas"},
                    {name: twice, expression: "variables.replicas * 2"}],
        validations: [{expression: "variables.twice > 2",
          messageExpression: "'wants more than ' + string(variables.replicas)"}]\
        """,
        ", validationActions: [Deny]");
    await(() -> server.post(DEPLOYMENTS + "?dryRun=All", deployment("probe", 1)).code() == 422);
    var answer = server.post(DEPLOYMENTS, deployment("one", 1));
    assertEquals(
        "deployments.apps \"one\" is forbidden: ValidatingAdmissionPolicy 'replicas.example.com'"
            + " with binding 'replicas.example.com-binding' denied request: wants more than 1",
        answer.message());
    assertEquals("Invalid", answer.json().path("reason").asText());
    assertEquals(201, server.post(DEPLOYMENTS, deployment("two", 2)).code());
  }

  @Test
  void create_withParamsAndWarning_isTold() {
    server.post(MAPS, map("limits", "{max: '3'}"));
    policy(
        "Validating",
        "params.example.com",
        "/configmaps",
        """
        paramKind: {apiVersion: v1, kind: ConfigMap},
        matchConditions: [{name: own, expression: "object.metadata.name.startsWith('p-')"}],
        validations: [{expression: "size(object.data) <= int(params.data.max)", message: too big,
                       reason: Forbidden}]\
        """,
        ", validationActions: [Warn, Audit], paramRef: {name: limits, namespace: default,"
            + " parameterNotFoundAction: Deny}");
    String big = "{a: a, b: b, c: c, d: d}";
    await(() ->
        server
            .post(MAPS + "?dryRun=All", map("p-big", big))
            .header("Warning")
            .contains(
                "Validation failed for ValidatingAdmissionPolicy 'params.example.com' with binding"
                    + " 'params.example.com-binding': too big"));
    assertEquals("", server.post(MAPS, map("p-small", "{a: a}")).header("Warning"));
    server.delete(MAPS + "/limits");
    var missing = server.post(MAPS, map("p-none", "{a: a}"));
    assertTrue(
        missing
            .message()
            .endsWith("no params found for policy binding with `Deny` parameterNotFoundAction"),
        missing.message());
  }

  @Test
  void create_withMutatingPolicies_isChangedByBothSorts() {
    policy(
        "Mutating",
        "annotate.example.com",
        "apps/deployments",
        """
        failurePolicy: Fail, reinvocationPolicy: Never,
        variables: [{name: who, expression: "'policy'"}],
        mutations: [
          {patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{metadata:
            Object.metadata{annotations: {'by': variables.who}}, spec: Object.spec{replicas: 4}}"}},
          {patchType: JSONPatch, jsonPatch: {expression: "[JSONPatch{op: 'add', path:
            '/metadata/labels/' + jsonpatch.escapeKey('example.com/x'), value: 'y'}]"}}]\
        """,
        "");
    await(() ->
        server
            .post(DEPLOYMENTS + "?dryRun=All", deployment("probe", 1))
            .json()
            .at("/metadata/annotations/by")
            .asText()
            .equals("policy"));
    JsonNode made = server.post(DEPLOYMENTS, deployment("mutated", 1)).json();
    assertEquals(4, made.at("/spec/replicas").asInt());
    assertEquals("y", made.at("/metadata/labels/example.com~1x").asText());
    assertEquals("i", made.at("/spec/template/spec/containers/0/image").asText());
  }

  @Test
  void create_withAtomicApplyConfiguration_isRefused() {
    policy(
        "Mutating",
        "atomic.example.com",
        "apps/deployments",
        """
        failurePolicy: Fail, reinvocationPolicy: Never,
        mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: "Object{spec:
            Object.spec{selector: Object.spec.selector{matchLabels: {'x': 'y'}}}}"}}]\
        """,
        "");
    await(() -> server.post(DEPLOYMENTS + "?dryRun=All", deployment("probe", 1)).code() == 403);
    String message = server.post(DEPLOYMENTS, deployment("atomic", 1)).message();
    assertTrue(
        message.contains("may not mutate atomic arrays, maps or structs: .spec.selector"), message);
  }

  @Test
  void status_ofPolicy_tellsConfusedTypes() {
    policy(
        "Validating",
        "confused.example.com",
        "apps/deployments",
        """
        validations: [{expression: "object.spec.replicas > '1'",
          messageExpression: "'wants ' + object.spec.replicas"},
          {expression: "object.metadata.labels['app'] == 'x' && object.spec.replicas > 0"}]\
        """,
        ", validationActions: [Audit]");
    String path = GROUP + "validatingadmissionpolicies/confused.example.com";
    await(() -> server.get(path).json().at("/status/typeChecking").isObject());
    JsonNode warnings = server.get(path).json().at("/status/typeChecking/expressionWarnings");
    assertEquals(2, warnings.size(), warnings.toString());
    assertEquals("spec.validations[0].expression", warnings.at("/0/fieldRef").asText());
    assertTrue(
        warnings
            .at("/0/warning")
            .asText()
            .contains("found no matching overload for '_>_' applied to '(int, string)'"),
        warnings.toString());
  }

  @Test
  void policies_thatCannotWork_areRefused() {
    var answer =
        server.post(
            GROUP + "validatingadmissionpolicies",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy,
             metadata: {name: bad}, spec: {matchConstraints: {resourceRules: [{operations: [CREATE],
               apiGroups: [""], apiVersions: [v1], resources: [pods]}]},
               variables: [{name: a, expression: "1 +"}],
               validations: [{expression: "variables.b"}, {expression: "1"}]}}
            """);
    assertEquals(422, answer.code(), answer.text());
    for (String part :
        new String[] {
          "spec.variables[0].expression: Invalid value",
          "spec.validations[0].expression",
          "must evaluate to bool"
        }) {
      assertTrue(answer.message().contains(part), answer.message());
    }
  }
}
