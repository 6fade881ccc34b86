package dev.wherry.apiserver.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.RbacAuthorizer;
import dev.wherry.apiserver.authz.RbacPolicy;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefaultPolicyTest {
  private final FakeView view = new FakeView();

  private RbacAuthorizer booted() {
    new Bootstrap(view).run();
    return new RbacAuthorizer(RbacPolicy.following(view));
  }

  @Test
  void run_secondTime_writesNothing() {
    int first = new Bootstrap(view).run();
    assertTrue(first > 120, "only " + first);
    assertEquals(0, new Bootstrap(view).run());
    assertEquals(first, view.writes());
  }

  @Test
  void objects_counts_matchUpstreamAndOurs() {
    List<ObjectNode> all = DefaultPolicy.objects();
    assertEquals(2, count(all, "Role", "wherry:"));
    assertEquals(7 + 2, count(all, "Role", ""));
    assertEquals(7 + 2, count(all, "RoleBinding", ""));
    long controllers = count(all, "ClusterRole", "system:controller:");
    assertEquals(38, controllers);
    assertEquals(controllers, count(all, "ClusterRoleBinding", "system:controller:"));
    assertEquals(10, count(all, "ClusterRole", "wherry:"));
  }

  private static long count(List<ObjectNode> all, String kind, String prefix) {
    return all.stream()
        .filter(o -> Trees.text(o, "kind").equals(kind) && Trees.name(o).startsWith(prefix))
        .count();
  }

  @ParameterizedTest
  @CsvSource({
    "system:serviceaccount:kube-system:service-controller, update, coordination.k8s.io, leases, '', kube-system, true",
    "system:serviceaccount:kube-system:service-controller, update, coordination.k8s.io, leases, '', default, false",
    "system:kube-scheduler, create, '', pods, binding, default, true",
    "system:kube-scheduler, patch, '', pods, status, default, true",
    "system:kube-scheduler, list, '', persistentvolumeclaims, '', '', true",
    "system:kube-scheduler, update, coordination.k8s.io, leases, '', kube-system, true",
    "system:kube-scheduler, get, '', secrets, '', default, false",
    "system:kube-scheduler, create, '', pods, '', default, false",
    "system:kube-controller-manager, watch, apps, deployments, '', '', true",
    "system:kube-controller-manager, create, '', configmaps, '', default, false",
    "system:kube-controller-manager, create, '', pods, '', default, false",
    "system:kube-controller-manager, update, '', nodes, status, '', false",
    "system:serviceaccount:kube-system:service-account-controller, create, '', serviceaccounts, '', default, true",
    "system:serviceaccount:kube-system:root-ca-cert-publisher, create, '', configmaps, '', default, true",
    "system:serviceaccount:kube-system:replicaset-controller, create, '', pods, '', default, true",
    "system:serviceaccount:kube-system:namespace-controller, update, '', namespaces, finalize, '', true",
    "system:serviceaccount:kube-system:node-controller, update, '', nodes, status, '', true",
    "system:serviceaccount:kube-system:endpointslice-controller, create, discovery.k8s.io, endpointslices, '', default, true",
    "system:serviceaccount:kube-system:endpoint-controller, create, '', endpoints, restricted, default, true",
    "system:serviceaccount:kube-system:node-controller, create, '', pods, '', default, false",
    "system:kube-proxy, watch, discovery.k8s.io, endpointslices, '', '', true",
    "somebody, get, '', pods, '', default, false",
    "somebody, create, authorization.k8s.io, selfsubjectaccessreviews, '', '', true",
    "somebody, create, authentication.k8s.io, selfsubjectreviews, '', '', true",
  })
  void authorize_defaultIdentity_asUpstream(
      String user,
      String verb,
      String group,
      String resource,
      String subresource,
      String namespace,
      boolean allowed) {
    AccessRequest request =
        AccessRequest.resource(
            UserInfo.of(user), verb, group, resource, subresource, namespace, "");
    assertEquals(allowed, booted().allows(request));
  }

  @ParameterizedTest
  @CsvSource({
    "/healthz, true",
    "/version, true",
    "/wherry/v1/ca, true",
    "/api, false",
    "/metrics, false",
    "/openapi/v2, false",
  })
  void authorize_anonymousPath_onlyPublicOnes(String path, boolean allowed) {
    RbacAuthorizer authorizer = booted();
    assertEquals(allowed, authorizer.allows(AccessRequest.path(UserInfo.ANONYMOUS, "get", path)));
  }

  @Test
  void authorize_discovery_isForAuthenticated() {
    UserInfo user = UserInfo.of("x");
    assertTrue(booted().allows(AccessRequest.path(user, "get", "/apis/apps/v1")));
  }

  @Test
  void authorize_bootstrapper_mayRequestCertificatesOnly() {
    UserInfo joiner = UserInfo.of("system:bootstrap:abcdef", "system:bootstrappers");
    RbacAuthorizer authorizer = booted();
    for (String[] asked :
        new String[][] {
          {"create", "certificatesigningrequests", ""},
          {"create", "certificatesigningrequests", "nodeclient"},
          {"get", "certificatesigningrequests", ""},
        }) {
      assertTrue(
          authorizer.allows(
              AccessRequest.resource(
                  joiner, asked[0], "certificates.k8s.io", asked[1], asked[2], "", "")));
    }
    assertFalse(authorizer.allows(AccessRequest.resource(joiner, "get", "", "nodes", "", "", "")));
  }

  @Test
  void authorize_aggregatedRoles_workBeforeTheirController() {
    view.put(
        Resource.ROLE_BINDINGS,
        """
        {'metadata':{'name':'b','namespace':'team'},
         'roleRef':{'kind':'ClusterRole','name':'admin'},
         'subjects':[{'kind':'User','name':'ann'}]}
        """);
    RbacAuthorizer authorizer = booted();
    UserInfo ann = UserInfo.of("ann");
    for (String resource : List.of("pods", "secrets", "configmaps")) {
      assertTrue(
          authorizer.allows(AccessRequest.resource(ann, "list", "", resource, "", "team", "")));
      assertFalse(
          authorizer.allows(AccessRequest.resource(ann, "list", "", resource, "", "other", "")));
    }
  }

  @Test
  void plan_existingRole_addsMissingRulesAndRemovesNone() {
    ObjectNode wanted = role("system:discovery");
    ObjectNode found = wanted.deepCopy();
    ArrayNode rules = (ArrayNode) found.path("rules");
    rules.removeAll();
    rules.addObject().putArray("verbs").add("get");
    ((ObjectNode) rules.get(0)).putArray("nonResourceURLs").add("/api/*").add("/mine");
    PolicyReconciliation.Step step = PolicyReconciliation.plan(wanted, Optional.of(found));
    var update = assertInstanceOf(PolicyReconciliation.Step.Update.class, step);
    String text = update.object().toString();
    assertTrue(text.contains("/mine"), text);
    assertTrue(text.contains("/openapi"), text);
    assertEquals(1, text.split("/api/\\*", -1).length - 1, text);
  }

  @Test
  void plan_autoupdateOff_keepsTheRole() {
    ObjectNode found = role("system:discovery").deepCopy();
    found.putArray("rules");
    ((ObjectNode) found.at("/metadata/annotations"))
        .put("rbac.authorization.kubernetes.io/autoupdate", "false");
    assertInstanceOf(
        PolicyReconciliation.Step.Keep.class,
        PolicyReconciliation.plan(role("system:discovery"), Optional.of(found)));
  }

  @Test
  void plan_bindingToAnotherRole_isRecreated() {
    ObjectNode wanted =
        DefaultPolicy.objects().stream()
            .filter(o -> Trees.text(o, "kind").equals("ClusterRoleBinding"))
            .findFirst()
            .orElseThrow();
    ObjectNode found = wanted.deepCopy();
    ((ObjectNode) found.path("roleRef")).put("name", "other");
    assertInstanceOf(
        PolicyReconciliation.Step.Recreate.class,
        PolicyReconciliation.plan(wanted, Optional.of(found)));
  }

  private static ObjectNode role(String name) {
    return DefaultPolicy.objects().stream()
        .filter(o -> Trees.text(o, "kind").equals("ClusterRole") && Trees.name(o).equals(name))
        .findFirst()
        .orElseThrow();
  }
}
