package dev.wherry.apiserver.authz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.bootstrap.DefaultPolicy;
import dev.wherry.apiserver.request.Selectors;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeAuthorizerTest {
  private static final UserInfo NODE = UserInfo.of("system:node:a", UserInfo.NODES);
  private final FakeView view = new FakeView();
  private NodeAuthorizer authorizer =
      new NodeAuthorizer(
          NodeGraph.following(view), EdgeSecrets.following(view), DefaultPolicy.nodeRules());

  @BeforeEach
  void fill() {
    view.put(
        Resource.PODS,
        """
        {'metadata':{'name':'p','namespace':'ns'},'spec':{'nodeName':'a',
         'serviceAccountName':'sa','imagePullSecrets':[{'name':'pull'}],
         'containers':[{'env':[{'valueFrom':{'secretKeyRef':{'name':'env'}}}],
                        'envFrom':[{'configMapRef':{'name':'cm'}}]}],
         'volumes':[{'secret':{'secretName':'vol'}},
                    {'projected':{'sources':[{'configMap':{'name':'kube-root-ca.crt'}}]}},
                    {'persistentVolumeClaim':{'claimName':'pvc'}},
                    {'name':'scratch','ephemeral':{}}]}}
        """);
    view.put(
        Resource.PODS,
        """
        {'metadata':{'name':'q','namespace':'ns'},'spec':{'nodeName':'b',
         'volumes':[{'secret':{'secretName':'foreign'}}]}}
        """);
    view.put(
        Resource.PERSISTENT_VOLUMES,
        """
        {'metadata':{'name':'pv'},'spec':{'claimRef':{'namespace':'ns','name':'pvc'},
         'csi':{'nodeStageSecretRef':{'namespace':'store','name':'stage'}}}}
        """);
    view.put(Resource.VOLUME_ATTACHMENTS, "{'metadata':{'name':'va'},'spec':{'nodeName':'a'}}");
  }

  @ParameterizedTest
  @CsvSource({
    // verb, group, resource, sub, namespace, name, allowed
    "get, '', secrets, '', ns, env, true",
    "get, '', secrets, '', ns, vol, true",
    "watch, '', secrets, '', ns, pull, true",
    "get, '', secrets, '', ns, foreign, false",
    "get, '', secrets, '', store, stage, true",
    "list, '', secrets, '', ns, '', false",
    "list, '', secrets, '', '', '', false",
    "update, '', secrets, '', ns, env, false",
    "get, '', configmaps, '', ns, cm, true",
    "get, '', configmaps, '', ns, kube-root-ca.crt, true",
    "get, '', configmaps, '', ns, other, false",
    "get, '', persistentvolumeclaims, '', ns, pvc, true",
    "get, '', persistentvolumeclaims, '', ns, p-scratch, true",
    "patch, '', persistentvolumeclaims, status, ns, pvc, true",
    "get, '', persistentvolumes, '', '', pv, true",
    "get, '', persistentvolumes, '', '', other, false",
    "get, storage.k8s.io, volumeattachments, '', '', va, true",
    "create, '', serviceaccounts, token, ns, sa, true",
    "create, '', serviceaccounts, token, ns, other, false",
    "create, '', serviceaccounts, '', ns, sa, false",
    "get, '', nodes, '', '', a, true",
    "get, '', nodes, '', '', b, false",
    "list, '', nodes, '', '', '', false",
    "list, '', nodes, '', '', a, true",
    "create, '', nodes, '', '', '', true",
    "patch, '', nodes, status, '', a, true",
    "delete, '', nodes, '', '', a, false",
    "get, coordination.k8s.io, leases, '', kube-node-lease, a, true",
    "update, coordination.k8s.io, leases, '', kube-node-lease, b, false",
    "get, coordination.k8s.io, leases, '', kube-system, a, false",
    "get, storage.k8s.io, csinodes, '', '', a, true",
    "get, '', pods, '', ns, p, true",
    "get, '', pods, '', ns, q, false",
    "list, '', pods, '', '', '', false",
    "update, '', pods, status, ns, p, true",
    "create, '', pods, eviction, ns, p, true",
    "create, '', pods, exec, ns, p, false",
    "list, '', services, '', '', '', true",
    "create, '', events, '', ns, '', true",
    "create, certificates.k8s.io, certificatesigningrequests, '', '', '', true",
    "get, rbac.authorization.k8s.io, clusterroles, '', '', x, false",
  })
  void authorize_node_onlyItsOwn(
      String verb,
      String group,
      String resource,
      String sub,
      String namespace,
      String name,
      boolean allowed) {
    AccessRequest request =
        AccessRequest.resource(NODE, verb, group, resource, sub, namespace, name);
    assertEquals(allowed, authorizer.allows(request));
    assertFalse(
        authorizer.allows(
            AccessRequest.resource(
                UserInfo.of("ann"), verb, group, resource, sub, namespace, name)));
  }

  @Test
  void authorize_podListBySelector_ofOwnNodeOnly() {
    AccessRequest list = AccessRequest.resource(NODE, "watch", "", "pods", "", "", "");
    assertTrue(authorizer.allows(list.selecting(Selectors.parse("spec.nodeName=a", ""))));
    assertFalse(authorizer.allows(list.selecting(Selectors.parse("spec.nodeName=b", ""))));
  }

  @Test
  void authorize_podGone_accessGone() {
    AccessRequest secret = AccessRequest.resource(NODE, "get", "", "secrets", "", "ns", "env");
    AccessRequest volume =
        AccessRequest.resource(NODE, "get", "", "persistentvolumes", "", "", "pv");
    assertTrue(authorizer.allows(secret));
    assertTrue(authorizer.allows(volume));
    view.remove(Resource.PODS, "ns", "p");
    assertFalse(authorizer.allows(secret));
    assertFalse(authorizer.allows(volume));
  }

  @Test
  void authorize_twoPodsShareASecret_oneGoesAccessStays() {
    view.put(
        Resource.PODS,
        """
        {'metadata':{'name':'p2','namespace':'ns'},'spec':{'nodeName':'a',
         'volumes':[{'secret':{'secretName':'vol'}}]}}
        """);
    view.remove(Resource.PODS, "ns", "p");
    assertTrue(
        authorizer.allows(AccessRequest.resource(NODE, "get", "", "secrets", "", "ns", "vol")));
  }

  @Test
  void authorize_mirrorPod_bringsNoSecrets() {
    view.put(
        Resource.PODS,
        """
        {'metadata':{'name':'m','namespace':'ns','annotations':{'kubernetes.io/config.mirror':'x'}},
         'spec':{'nodeName':'a','volumes':[{'secret':{'secretName':'wanted'}}]}}
        """);
    assertFalse(
        authorizer.allows(AccessRequest.resource(NODE, "get", "", "secrets", "", "ns", "wanted")));
  }
}
