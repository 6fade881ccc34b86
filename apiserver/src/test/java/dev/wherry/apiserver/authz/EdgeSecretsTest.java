package dev.wherry.apiserver.authz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.bootstrap.DefaultPolicy;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import org.junit.jupiter.api.Test;

class EdgeSecretsTest {
  private static final UserInfo NODE = UserInfo.of("system:node:a", UserInfo.NODES);
  private static final Resource INGRESSES = new Resource("networking.k8s.io", "ingresses");
  private static final Resource CLASSES = new Resource("networking.k8s.io", "ingressclasses");
  private static final String GROUP = "gateway.networking.k8s.io";

  private final FakeView view = new FakeView();
  private final NodeAuthorizer authorizer =
      new NodeAuthorizer(
          NodeGraph.following(view), EdgeSecrets.following(view), DefaultPolicy.nodeRules());

  private boolean mayRead(String verb, String namespace, String name) {
    return authorizer.allows(
        AccessRequest.resource(NODE, verb, "", "secrets", "", namespace, name));
  }

  private void ingress(String className, String secret) {
    view.put(
        INGRESSES,
        "{'metadata':{'name':'i','namespace':'ns'},'spec':{'ingressClassName':'%s','tls':[{'secretName':'%s'}]}}"
            .formatted(className, secret));
  }

  @Test
  void secret_namedByAnIngressOfOurs_isReadableByEveryNodeWhileItIs() {
    view.put(CLASSES, "{'metadata':{'name':'w'},'spec':{'controller':'wherry.dev/ingress'}}");
    view.put(CLASSES, "{'metadata':{'name':'x'},'spec':{'controller':'other'}}");
    ingress("x", "cert");
    assertFalse(mayRead("get", "ns", "cert"));

    ingress("w", "cert");
    assertTrue(mayRead("get", "ns", "cert"));
    assertTrue(mayRead("watch", "ns", "cert"));
    assertFalse(mayRead("update", "ns", "cert"));
    assertFalse(mayRead("list", "ns", ""));
    assertFalse(mayRead("get", "other", "cert"));

    ingress("w", "next");
    assertFalse(mayRead("get", "ns", "cert"));
    assertTrue(mayRead("get", "ns", "next"));

    view.remove(CLASSES, "", "w");
    assertFalse(mayRead("get", "ns", "next"));

    view.put(CLASSES, "{'metadata':{'name':'w'},'spec':{'controller':'wherry.dev/ingress'}}");
    view.remove(INGRESSES, "ns", "i");
    assertFalse(mayRead("get", "ns", "next"));
  }

  @Test
  void secret_ofAnotherNamespaceNamedByAGateway_needsAGrant() {
    view.put(
        new Resource(GROUP, "gatewayclasses"),
        "{'metadata':{'name':'w'},'spec':{'controllerName':'wherry.dev/gateway'}}");
    view.put(
        new Resource(GROUP, "gateways"),
        """
        {'metadata':{'name':'g','namespace':'ns'},'spec':{'gatewayClassName':'w','listeners':[
         {'tls':{'certificateRefs':[{'name':'near'},{'name':'far','namespace':'other'}]}}]}}
        """);
    assertTrue(mayRead("get", "ns", "near"));
    assertFalse(mayRead("get", "other", "far"));

    view.put(
        new Resource(GROUP, "referencegrants"),
        """
        {'metadata':{'name':'r','namespace':'other'},'spec':{
         'from':[{'group':'gateway.networking.k8s.io','kind':'Gateway','namespace':'ns'}],
         'to':[{'group':'','kind':'Secret','name':'far'}]}}
        """);
    assertTrue(mayRead("get", "other", "far"));

    view.remove(new Resource(GROUP, "referencegrants"), "other", "r");
    assertFalse(mayRead("get", "other", "far"));
  }

  @Test
  void configMap_namedByABackendTlsPolicy_isReadableWhileAGatewayClassIsOurs() {
    Resource classes = new Resource(GROUP, "gatewayclasses");
    Resource policies = new Resource(GROUP, "backendtlspolicies");
    view.put(
        policies,
        """
        {'metadata':{'name':'p','namespace':'ns'},'spec':{'validation':{'caCertificateRefs':[
         {'group':'','kind':'ConfigMap','name':'ca'},{'group':'','kind':'Secret','name':'key'}]}}}
        """);
    assertFalse(mayReadConfigMap("ca"));

    view.put(classes, "{'metadata':{'name':'w'},'spec':{'controllerName':'wherry.dev/gateway'}}");
    assertTrue(mayReadConfigMap("ca"));
    assertFalse(mayReadConfigMap("other"));
    assertFalse(mayRead("get", "ns", "key"));
    assertFalse(mayRead("get", "ns", "ca"));

    view.remove(policies, "ns", "p");
    assertFalse(mayReadConfigMap("ca"));
  }

  private boolean mayReadConfigMap(String name) {
    return authorizer.allows(AccessRequest.resource(NODE, "get", "", "configmaps", "", "ns", name));
  }
}
