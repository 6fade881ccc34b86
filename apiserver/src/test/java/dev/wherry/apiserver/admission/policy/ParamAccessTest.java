package dev.wherry.apiserver.admission.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ServerFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Users who may write policies but not read everything. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParamAccessTest {
  private static final String GROUP = "/apis/admissionregistration.k8s.io/v1/";
  private static final String POLICIES = GROUP + "validatingadmissionpolicies";
  private static final String BINDINGS = GROUP + "validatingadmissionpolicybindings";
  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1/";
  private ServerFixture server;

  @BeforeAll
  void start(@TempDir Path data) throws InterruptedException {
    server = ServerFixture.start(data);
    grant("writer", "admissionregistration.k8s.io", "'*'", "'*'");
    grant("reader", "''", "configmaps", "get");
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /** Everybody may what a role says; readers are only jane. */
  private void grant(String name, String group, String resource, String verb) {
    String role =
        """
        {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: %s},
         rules: [{apiGroups: [%s], resources: [%s], verbs: [%s]}]}
        """
            .formatted(name, group, resource, verb);
    assertEquals(201, server.post(RBAC + "clusterroles", role).code());
    String subjects =
        name.equals("writer")
            ? "[{kind: User, name: jane}, {kind: User, name: joe}]"
            : "[{kind: User, name: jane}]";
    String binding =
        """
        {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding,
         metadata: {name: %s}, subjects: %s,
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}}
        """
            .formatted(name, subjects, name);
    assertEquals(201, server.post(RBAC + "clusterrolebindings", binding).code());
  }

  private ServerFixture.Answer as(String user, String method, String path, String yaml) {
    byte[] body = ServerFixture.yaml(yaml).toString().getBytes(StandardCharsets.UTF_8);
    return server.send(method, path, body, "Impersonate-User", user);
  }

  private static String policy(String name, String kind) {
    return """
    {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy,
     metadata: {name: %s}, spec: {%s matchConstraints: {resourceRules: [{
       operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods]}]},
     validations: [{expression: "true"}]}}
    """
        .formatted(name, kind);
  }

  private static String binding(String name, String policy, String ref) {
    return """
    {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding,
     metadata: {name: %s}, spec: {policyName: %s, validationActions: [Deny]%s}}
    """
        .formatted(name, policy, ref);
  }

  private static final String MAPS = "paramKind: {apiVersion: v1, kind: ConfigMap},";
  private static final String SECRETS = "paramKind: {apiVersion: v1, kind: Secret},";
  private static final String NAMED =
      ", paramRef: {name: p, namespace: default, parameterNotFoundAction: Deny}";
  private static final String SELECTED =
      ", paramRef: {selector: {}, parameterNotFoundAction: Deny}";

  @Test
  void policy_withParamsOfAKind_needsGetOnAllOfThem() {
    assertEquals(201, as("joe", "POST", POLICIES, policy("joe-none", "")).code());
    assertEquals(201, as("jane", "POST", POLICIES, policy("jane-maps", MAPS)).code());
    var refused = as("jane", "POST", POLICIES, policy("jane-secrets", SECRETS));
    assertEquals(422, refused.code());
    assertEquals(
        "ValidatingAdmissionPolicy.admissionregistration.k8s.io \"jane-secrets\" is invalid:"
            + " spec.paramKind: Forbidden: user &{jane  [system:authenticated] map[]} must have"
            + " \"get\" permission on all objects of the referenced paramKind (kind=Secret,"
            + " apiVersion=v1)",
        refused.message());
    assertEquals(201, server.post(POLICIES, policy("joe-maps", MAPS)).code());
    assertEquals(200, widened("joe-maps"), "the kind is as it was");
    assertEquals(422, as("joe", "PUT", POLICIES + "/joe-none", policy("joe-none", MAPS)).code());
  }

  /** What joe is told who changes something else; the status is written meanwhile. */
  private int widened(String name) {
    int code = 409;
    for (int i = 0; code == 409 && i < 20; i++) {
      String version =
          server.get(POLICIES + "/" + name).json().at("/metadata/resourceVersion").asText();
      String body =
          policy(name, MAPS + " failurePolicy: Ignore,")
              .replace("name: " + name, "name: " + name + ", resourceVersion: '" + version + "'");
      code = as("joe", "PUT", POLICIES + "/" + name, body).code();
    }
    return code;
  }

  @Test
  void binding_withParams_needsToReadThem() {
    assertEquals(201, server.post(POLICIES, policy("maps", MAPS)).code());
    assertEquals(201, as("joe", "POST", BINDINGS, binding("none", "maps", "")).code());
    assertEquals(201, as("jane", "POST", BINDINGS, binding("named", "maps", NAMED)).code());
    var refused = as("joe", "POST", BINDINGS, binding("joes", "maps", NAMED));
    assertEquals(422, refused.code());
    assertTrue(
        refused.message().contains("does not have \"get\" permission on the object referenced"),
        refused.message());
    refused = as("jane", "POST", BINDINGS, binding("selected", "maps", SELECTED));
    assertTrue(refused.message().contains("does not have \"list\" permission"), refused.message());
    refused = as("jane", "POST", BINDINGS, binding("lost", "nowhere", NAMED));
    assertTrue(refused.message().contains("unable to get policy nowhere"), refused.message());
    assertEquals(201, server.post(BINDINGS, binding("admins", "nowhere", NAMED)).code());
  }
}
