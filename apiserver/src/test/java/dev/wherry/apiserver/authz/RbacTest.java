package dev.wherry.apiserver.authz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RbacTest {
  private final FakeView view = new FakeView();

  @ParameterizedTest
  @CsvSource({
    // verb, group, resource, subresource, name, allowed
    "get, '', pods, '', a, true",
    "get, '', pods, log, a, false",
    "get, '', pods, exec, a, true",
    "list, '', pods, '', '', false",
    "get, apps, pods, '', a, false",
    "update, apps, deployments, scale, a, true",
    "update, apps, deployments, '', a, false",
    "delete, '', configmaps, '', only, true",
    "delete, '', configmaps, '', other, false",
    "delete, '', configmaps, '', '', false",
    "frob, any.io, things, '', x, true",
    "frob, any.io, things, part, x, true",
  })
  void allows_rule_matches(
      String verb, String group, String resource, String sub, String name, boolean allowed) {
    List<PolicyRule> rules =
        PolicyRule.listOf(
            Json.parse(
                """
                [{'verbs':['get'],'apiGroups':[''],'resources':['pods','pods/exec']},
                 {'verbs':['update'],'apiGroups':['*'],'resources':['*/scale']},
                 {'verbs':['delete'],'apiGroups':[''],'resources':['configmaps'],
                  'resourceNames':['only']},
                 {'verbs':['*'],'apiGroups':['any.io'],'resources':['*']}]
                """
                    .replace('\'', '"')));
    AccessRequest request =
        AccessRequest.resource(UserInfo.of("u"), verb, group, resource, sub, "ns", name);
    assertEquals(allowed, rules.stream().anyMatch(rule -> rule.allows(request)));
  }

  @ParameterizedTest
  @CsvSource({"/healthz, true", "/healthz/etcd, false", "/api/v1, true", "/api, false"})
  void allows_path_matches(String path, boolean allowed) {
    PolicyRule rule =
        new PolicyRule(
            List.of("get"), List.of(), List.of(), List.of(), List.of("/healthz", "/api/*"));
    assertEquals(allowed, rule.allows(AccessRequest.path(UserInfo.of("u"), "get", path)));
    assertFalse(rule.allows(AccessRequest.path(UserInfo.of("u"), "post", path)));
  }

  @Test
  void authorize_bindingsComeAndGo_follows() {
    RbacAuthorizer authorizer = new RbacAuthorizer(RbacPolicy.following(view));
    AccessRequest ask = read("system:serviceaccount:team:robot", "team");
    assertFalse(authorizer.allows(ask));
    view.put(
        Resource.ROLES,
        """
        {'metadata':{'name':'r','namespace':'team'},
         'rules':[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]}
        """);
    view.put(
        Resource.ROLE_BINDINGS,
        """
        {'metadata':{'name':'b','namespace':'team'},'roleRef':{'kind':'Role','name':'r'},
         'subjects':[{'kind':'ServiceAccount','name':'robot'},{'kind':'Group','name':'g'}]}
        """);
    var allowed = assertInstanceOf(Authorizer.Verdict.Allowed.class, authorizer.authorize(ask));
    assertTrue(
        allowed.reason().startsWith("RBAC: allowed by RoleBinding \"b/team\" of Role \"r\""),
        allowed.reason());
    assertFalse(authorizer.allows(read("system:serviceaccount:team:robot", "other")));
    view.put(
        Resource.ROLE_BINDINGS,
        """
        {'metadata':{'name':'b','namespace':'team'},'roleRef':{'kind':'Role','name':'r'},
         'subjects':[{'kind':'User','name':'ann'}]}
        """);
    assertFalse(authorizer.allows(ask));
    assertTrue(authorizer.allows(read("ann", "team")));
    view.remove(Resource.ROLE_BINDINGS, "team", "b");
    assertFalse(authorizer.allows(read("ann", "team")));
  }

  @Test
  void authorize_clusterBinding_holdsInEveryNamespace() {
    RbacAuthorizer authorizer = new RbacAuthorizer(RbacPolicy.following(view));
    view.put(
        Resource.CLUSTER_ROLE_BINDINGS,
        """
        {'metadata':{'name':'b'},'roleRef':{'kind':'ClusterRole','name':'r'},
         'subjects':[{'kind':'Group','name':'system:authenticated'}]}
        """);
    assertFalse(authorizer.allows(read("ann", "a")));
    view.put(
        Resource.CLUSTER_ROLES,
        """
        {'metadata':{'name':'r'},'rules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}]}
        """);
    assertTrue(authorizer.allows(read("ann", "a")));
    assertTrue(authorizer.allows(read("ann", "")));
    view.remove(Resource.CLUSTER_ROLES, "", "r");
    assertFalse(authorizer.allows(read("ann", "a")));
  }

  @Test
  void authorize_masters_mayDoEverything() {
    UnionAuthorizer authorizer = new UnionAuthorizer(List.of());
    UserInfo admin = UserInfo.of("wherry-admin", UserInfo.MASTERS);
    assertTrue(authorizer.allows(AccessRequest.path(admin, "delete", "/x")));
    assertFalse(authorizer.allows(AccessRequest.path(UserInfo.of("x"), "get", "/x")));
  }

  @ParameterizedTest
  @CsvSource({
    "'*', '', 'pods', '', get, '', pods, '', true",
    "'get', '', 'pods', '', '*', '', pods, '', false",
    "'get', '', 'pods', 'a', get, '', pods, '', false",
    "'get', '', 'pods', '', get, '', pods, 'a', true",
    "'get', '', '*/scale', '', get, '', 'pods/scale', '', true",
    "'get', '', '*/scale', '', get, '', 'pods', '', false",
    "'get', '*', '*', '', get, 'apps', 'deployments/status', '', true",
  })
  void missing_rules_areFound(
      String ownVerb,
      String ownGroup,
      String ownResource,
      String ownName,
      String verb,
      String group,
      String resource,
      String name,
      boolean covered) {
    PolicyRule own = rule(ownVerb, ownGroup, ownResource, ownName);
    PolicyRule wanted = rule(verb, group, resource, name);
    assertEquals(covered, Coverage.missing(List.of(own), List.of(wanted)).isEmpty());
  }

  private static PolicyRule rule(String verb, String group, String resource, String name) {
    List<String> names = name.isEmpty() ? List.of() : List.of(name);
    return new PolicyRule(List.of(verb), List.of(group), List.of(resource), names, List.of());
  }

  @Test
  void reviews_answerWithStatus() {
    RbacPolicy policy = RbacPolicy.following(view);
    view.put(
        Resource.CLUSTER_ROLES,
        """
        {'metadata':{'name':'r'},
         'rules':[{'verbs':['get'],'apiGroups':[''],'resources':['pods']}]}
        """);
    view.put(
        Resource.CLUSTER_ROLE_BINDINGS,
        """
        {'metadata':{'name':'b'},'roleRef':{'kind':'ClusterRole','name':'r'},
         'subjects':[{'kind':'User','name':'ann'}]}
        """);
    AccessReviews reviews =
        new AccessReviews(
            new UnionAuthorizer(List.of(new RbacAuthorizer(policy))),
            policy,
            () -> List.of(AuthorizerType.NODE, AuthorizerType.RBAC));
    ObjectNode body =
        json(
            "{'spec':{'user':'ann','resourceAttributes':"
                + "{'namespace':'a','verb':'get','resource':'pods'}}}");
    assertTrue(reviews.subject(body).at("/status/allowed").asBoolean());
    assertTrue(reviews.local("a", body).at("/status/allowed").asBoolean());
    assertFalse(reviews.self(UserInfo.of("bob"), body).at("/status/allowed").asBoolean());
    ObjectNode rules = reviews.selfRules(UserInfo.of("ann"), json("{'spec':{'namespace':'a'}}"));
    assertEquals("pods", rules.at("/status/resourceRules/0/resources/0").asText());
    assertFalse(rules.at("/status/incomplete").asBoolean());
  }

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }

  private static AccessRequest read(String user, String namespace) {
    return AccessRequest.resource(UserInfo.of(user), "get", "", "pods", "", namespace, "p");
  }
}
