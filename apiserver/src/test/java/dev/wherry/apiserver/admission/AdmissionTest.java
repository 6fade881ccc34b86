package dev.wherry.apiserver.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.RbacAuthorizer;
import dev.wherry.apiserver.authz.RbacPolicy;
import dev.wherry.apiserver.authz.UnionAuthorizer;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateRequest;
import dev.wherry.machinery.pki.KeyPairs;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionTest {
  private static final UserInfo ANN = UserInfo.of("ann");
  private static final UserInfo ADMIN = UserInfo.of("admin", UserInfo.MASTERS);
  private static final UserInfo NODE = UserInfo.of("system:node:a", UserInfo.NODES);
  private static final Resource CSR =
      new Resource("certificates.k8s.io", "certificatesigningrequests");
  private final FakeView view = new FakeView();
  private final RbacPolicy policy = RbacPolicy.following(view);
  private final AdmissionChain chain =
      DefaultPlugins.chain(
          view,
          new UnionAuthorizer(List.of(new RbacAuthorizer(policy))),
          policy,
          new Random(7),
          new PodTolerations(300, 20),
          List.of());

  @BeforeEach
  void fill() {
    view.put(Resource.NAMESPACES, "{'metadata':{'name':'ns'},'status':{'phase':'Active'}}");
    view.put(
        Resource.NAMESPACES,
        "{'metadata':{'name':'going','deletionTimestamp':'x'},'status':{'phase':'Terminating'}}");
    view.put(
        Resource.SERVICE_ACCOUNTS,
        """
        {'metadata':{'name':'default','namespace':'ns'},'imagePullSecrets':[{'name':'reg'}]}
        """);
    view.put(Resource.PRIORITY_CLASSES, "{'metadata':{'name':'high'},'value':1000}");
    view.put(
        Resource.RUNTIME_CLASSES,
        """
        {'metadata':{'name':'vm'},'overhead':{'podFixed':{'cpu':'100m'}},
         'scheduling':{'nodeSelector':{'vm':'yes'}}}
        """);
  }

  private static ObjectNode json(String text) {
    return (ObjectNode) Json.parse(text.replace('\'', '"'));
  }

  private static AdmissionRequest request(
      UserInfo user,
      Operation operation,
      Resource resource,
      String subresource,
      String namespace,
      Optional<ObjectNode> object,
      Optional<ObjectNode> old) {
    String name = Trees.name(object.or(() -> old).orElseThrow());
    return new AdmissionRequest(
        user, operation, resource, "Kind", subresource, namespace, name, object, old, false);
  }

  private ObjectNode admit(AdmissionRequest request) {
    chain.mutate(request);
    chain.validate(request);
    return request.object().orElseGet(Json::object);
  }

  private ObjectNode createPod(String spec) {
    ObjectNode pod = json("{'metadata':{'name':'p','namespace':'ns'},'spec':" + spec + "}");
    return admit(
        request(
            ANN, Operation.CREATE, Resource.PODS, "", "ns", Optional.of(pod), Optional.empty()));
  }

  @Test
  void create_plainPod_isFilledIn() {
    ObjectNode pod = createPod("{'containers':[{'name':'c'}],'initContainers':[{'name':'i'}]}");
    assertEquals("default", pod.at("/spec/serviceAccountName").asText());
    assertEquals("reg", pod.at("/spec/imagePullSecrets/0/name").asText());
    String volume = pod.at("/spec/volumes/0/name").asText();
    assertTrue(volume.matches("kube-api-access-[a-z0-9]{5}"), volume);
    for (String list : List.of("containers", "initContainers")) {
      assertEquals(volume, pod.at("/spec/" + list + "/0/volumeMounts/0/name").asText());
    }
    assertEquals(3607, pod.at(source(0, "serviceAccountToken/expirationSeconds")).asInt());
    assertEquals("kube-root-ca.crt", pod.at(source(1, "configMap/name")).asText());
    assertEquals(420, pod.at("/spec/volumes/0/projected/defaultMode").asInt());
    assertEquals(0, pod.at("/spec/priority").asInt(-1));
    assertEquals("PreemptLowerPriority", pod.at("/spec/preemptionPolicy").asText());
    assertEquals(2, pod.at("/spec/tolerations").size());
    assertEquals(300, pod.at("/spec/tolerations/0/tolerationSeconds").asInt());
    assertEquals(20, pod.at("/spec/tolerations/1/tolerationSeconds").asInt());
  }

  private static String source(int index, String rest) {
    return "/spec/volumes/0/projected/sources/" + index + "/" + rest;
  }

  @Test
  void create_podWithoutAutomount_getsNoVolume() {
    ObjectNode pod =
        createPod("{'automountServiceAccountToken':false,'containers':[{'name':'c'}]}");
    assertFalse(pod.path("spec").has("volumes"));
  }

  @Test
  void create_podWithOwnMount_keepsIt() {
    ObjectNode pod =
        createPod(
            "{'containers':[{'name':'c','volumeMounts':[{'name':'mine',"
                + "'mountPath':'/var/run/secrets/kubernetes.io/serviceaccount'}]}]}");
    assertFalse(pod.path("spec").has("volumes"));
    assertEquals(1, pod.at("/spec/containers/0/volumeMounts").size());
  }

  @Test
  void create_podWithClasses_takesTheirValues() {
    ObjectNode pod =
        createPod("{'priorityClassName':'high','runtimeClassName':'vm','containers':[]}");
    assertEquals(1000, pod.at("/spec/priority").asInt());
    assertEquals("100m", pod.at("/spec/overhead/cpu").asText());
    assertEquals("yes", pod.at("/spec/nodeSelector/vm").asText());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{'priorityClassName':'none'}`, no PriorityClass with name none was found",
        "`{'priority':5}`, the integer value of priority (5) must not be provided",
        "`{'runtimeClassName':'none'}`, pod rejected: RuntimeClass \"none\" not found",
        "`{'overhead':{'cpu':'1'}}`, Pod Overhead set without",
        "`{'serviceAccountName':'none'}`, error looking up service account ns/none",
      })
  void create_badPod_isForbidden(String spec, String message) {
    ApiException refused = assertThrows(ApiException.class, () -> createPod(spec));
    assertEquals(Reason.FORBIDDEN, refused.reason());
    assertTrue(refused.text().contains(message), refused.text());
  }

  @Test
  void create_firstPodOfANamespace_waitsForTheAccount() throws Exception {
    view.put(Resource.NAMESPACES, "{'metadata':{'name':'new'}}");
    ObjectNode pod = json("{'metadata':{'name':'p','namespace':'new'},'spec':{}}");
    var request =
        request(
            ANN, Operation.CREATE, Resource.PODS, "", "new", Optional.of(pod), Optional.empty());
    Thread creating = Thread.startVirtualThread(() -> admit(request));
    view.put(Resource.SERVICE_ACCOUNTS, "{'metadata':{'name':'default','namespace':'new'}}");
    assertTrue(creating.join(java.time.Duration.ofSeconds(10)));
    assertEquals("default", pod.at("/spec/serviceAccount").asText());
  }

  @ParameterizedTest
  @CsvSource({"ns, true", "missing, false", "going, false"})
  void create_inNamespace_needsAnActiveOne(String namespace, boolean good) {
    ObjectNode map = json("{'metadata':{'name':'m'}}");
    var request =
        request(
            ANN,
            Operation.CREATE,
            new Resource("", "configmaps"),
            "",
            namespace,
            Optional.of(map),
            Optional.empty());
    if (good) {
      admit(request);
      return;
    }
    ApiException refused = assertThrows(ApiException.class, () -> admit(request));
    assertEquals(namespace.equals("going") ? Reason.FORBIDDEN : Reason.NOT_FOUND, refused.reason());
  }

  @Test
  void delete_systemNamespace_isForbidden() {
    ObjectNode namespace = json("{'metadata':{'name':'kube-system'}}");
    var request =
        request(
            ADMIN,
            Operation.DELETE,
            Resource.NAMESPACES,
            "",
            "",
            Optional.empty(),
            Optional.of(namespace));
    assertThrows(ApiException.class, () -> admit(request));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "a, `{}`, true",
        "b, `{}`, false",
        "a, `{'kubernetes.io/hostname':'a','acme.com/x':'y','node.kubernetes.io/z':'1'}`, true",
        "a, `{'node-restriction.kubernetes.io/pci':'1'}`, false",
        "a, `{'node-role.kubernetes.io/control-plane':''}`, false",
      })
  void create_nodeByKubelet_onlyItsOwnWithPlainLabels(String name, String labels, boolean good) {
    ObjectNode node = json("{'metadata':{'name':'" + name + "','labels':" + labels + "}}");
    var request =
        request(
            NODE, Operation.CREATE, Resource.NODES, "", "", Optional.of(node), Optional.empty());
    if (good) {
      assertEquals(
          "node.kubernetes.io/not-ready", admit(request).at("/spec/taints/0/key").asText());
    } else {
      assertThrows(ApiException.class, () -> admit(request));
    }
  }

  @Test
  void update_nodeTaintsByKubelet_isForbidden() {
    ObjectNode old = json("{'metadata':{'name':'a'},'spec':{'taints':[{'key':'x'}]}}");
    ObjectNode next = json("{'metadata':{'name':'a'},'spec':{}}");
    var byNode =
        request(
            NODE, Operation.UPDATE, Resource.NODES, "", "", Optional.of(next), Optional.of(old));
    assertThrows(ApiException.class, () -> admit(byNode));
    admit(
        request(
            ADMIN, Operation.UPDATE, Resource.NODES, "", "", Optional.of(next), Optional.of(old)));
  }

  /** Other agents believe a node's annotations: its key of WireGuard, its ports of DNS. */
  @ParameterizedTest
  @CsvSource({"a, true", "b, false"})
  void update_nodeAnnotationsByKubelet_onlyItsOwn(String name, boolean good) {
    ObjectNode old = json("{'metadata':{'name':'" + name + "'}}");
    ObjectNode next = old.deepCopy();
    next.withObject("/metadata/annotations").put("wherry.dev/wireguard-public-key", "k");
    Optional<ObjectNode> before = Optional.of(old);
    var request =
        request(NODE, Operation.UPDATE, Resource.NODES, "", "", Optional.of(next), before);
    if (good) {
      admit(request);
    } else {
      assertThrows(ApiException.class, () -> admit(request));
    }
  }

  @ParameterizedTest
  @CsvSource({"a, true", "b, false"})
  void update_podStatusByKubelet_onlyOfItsNode(String podNode, boolean good) {
    ObjectNode pod = json("{'metadata':{'name':'p'},'spec':{'nodeName':'" + podNode + "'}}");
    var request =
        request(
            NODE,
            Operation.UPDATE,
            Resource.PODS,
            "status",
            "ns",
            Optional.of(pod.deepCopy()),
            Optional.of(pod));
    if (good) {
      admit(request);
    } else {
      assertThrows(ApiException.class, () -> admit(request));
    }
  }

  @ParameterizedTest
  @CsvSource({"u, a, '', true", "other, a, '', false", "u, b, '', false", "u, a, vault, false"})
  void create_tokenByKubelet_onlyForItsPods(
      String uid, String podNode, String audience, boolean good) {
    view.put(
        Resource.PODS,
        "{'metadata':{'name':'p','namespace':'ns','uid':'u'},'spec':{'nodeName':'"
            + podNode
            + "'}}");
    ObjectNode body =
        json(
            "{'metadata':{'name':'sa'},'spec':{'boundObjectRef':"
                + "{'apiVersion':'v1','kind':'Pod','name':'p','uid':'"
                + uid
                + "'}}}");
    if (!audience.isEmpty()) {
      ((ObjectNode) body.path("spec")).putArray("audiences").add(audience);
    }
    var request =
        request(
            NODE,
            Operation.CREATE,
            Resource.SERVICE_ACCOUNTS,
            "token",
            "ns",
            Optional.of(body),
            Optional.empty());
    if (good) {
      admit(request);
    } else {
      assertThrows(ApiException.class, () -> admit(request));
    }
  }

  private static ObjectNode csr(String signer, Subject subject) {
    CertificateRequest request =
        CertificateRequest.create(
            KeyPairs.generate(new SecureRandom()), subject, AlternativeNames.NONE);
    String pem = Base64.getEncoder().encodeToString(request.toPem().getBytes());
    return json(
        "{'metadata':{'name':'c'},'spec':{'username':'root','groups':['system:masters'],"
            + "'signerName':'"
            + signer
            + "','request':'"
            + pem
            + "'}}");
  }

  @Test
  void create_csr_carriesTheRealRequester() {
    ObjectNode csr =
        admit(
            request(
                ANN,
                Operation.CREATE,
                CSR,
                "",
                "",
                Optional.of(csr("kubernetes.io/kube-apiserver-client", Subject.of("ann"))),
                Optional.empty()));
    assertEquals("ann", csr.at("/spec/username").asText());
    assertEquals("[\"system:authenticated\"]", csr.at("/spec/groups").toString());
    var masters =
        request(
            ADMIN,
            Operation.CREATE,
            CSR,
            "",
            "",
            Optional.of(
                csr("kubernetes.io/kube-apiserver-client", Subject.of("x", "system:masters"))),
            Optional.empty());
    assertThrows(ApiException.class, () -> admit(masters));
  }

  @Test
  void update_csrApproval_needsTheSigner() {
    ObjectNode csr = csr("kubernetes.io/kubelet-serving", Subject.of("x"));
    var byAnn =
        request(ANN, Operation.UPDATE, CSR, "approval", "", Optional.of(csr), Optional.of(csr));
    assertThrows(ApiException.class, () -> admit(byAnn));
    bind(
        "{'verbs':['approve'],'apiGroups':['certificates.k8s.io'],'resources':['signers'],"
            + "'resourceNames':['kubernetes.io/*']}");
    admit(byAnn);
    ObjectNode signed = csr.deepCopy();
    signed.putObject("status").put("certificate", "abc");
    var signing =
        request(ANN, Operation.UPDATE, CSR, "status", "", Optional.of(signed), Optional.of(csr));
    assertThrows(ApiException.class, () -> admit(signing));
  }

  private void bind(String rule) {
    view.put(Resource.CLUSTER_ROLES, "{'metadata':{'name':'mine'},'rules':[" + rule + "]}");
    view.put(
        Resource.CLUSTER_ROLE_BINDINGS,
        """
        {'metadata':{'name':'mine'},'roleRef':{'kind':'ClusterRole','name':'mine'},
         'subjects':[{'kind':'User','name':'ann'}]}
        """);
  }

  @Test
  void create_role_needsItsRulesOrEscalate() {
    ObjectNode role =
        json(
            "{'metadata':{'name':'r','namespace':'ns'},"
                + "'rules':[{'verbs':['get','list'],'apiGroups':[''],'resources':['secrets']}]}");
    var byAnn =
        request(
            ANN, Operation.CREATE, Resource.ROLES, "", "ns", Optional.of(role), Optional.empty());
    bind("{'verbs':['get'],'apiGroups':[''],'resources':['secrets']}");
    ApiException refused = assertThrows(ApiException.class, () -> admit(byAnn));
    assertTrue(
        refused
            .text()
            .endsWith("held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"list\"]}"),
        refused.text());
    bind("{'verbs':['get','list'],'apiGroups':[''],'resources':['secrets']}");
    admit(byAnn);
    bind("{'verbs':['escalate'],'apiGroups':['rbac.authorization.k8s.io'],'resources':['roles']}");
    admit(byAnn);
  }

  @Test
  void create_binding_needsTheRulesOrBind() {
    ObjectNode binding =
        json(
            "{'metadata':{'name':'b','namespace':'ns'},"
                + "'roleRef':{'kind':'ClusterRole','name':'big'},'subjects':[]}");
    var byAnn =
        request(
            ANN,
            Operation.CREATE,
            Resource.ROLE_BINDINGS,
            "",
            "ns",
            Optional.of(binding),
            Optional.empty());
    assertEquals(Reason.NOT_FOUND, assertThrows(ApiException.class, () -> admit(byAnn)).reason());
    view.put(
        Resource.CLUSTER_ROLES,
        "{'metadata':{'name':'big'},"
            + "'rules':[{'verbs':['*'],'apiGroups':['*'],'resources':['*']}]}");
    assertEquals(Reason.FORBIDDEN, assertThrows(ApiException.class, () -> admit(byAnn)).reason());
    bind(
        "{'verbs':['bind'],'apiGroups':['rbac.authorization.k8s.io'],"
            + "'resources':['clusterroles'],'resourceNames':['big']}");
    admit(byAnn);
  }

  @Test
  void update_bindingToAnotherRole_isInvalid() {
    ObjectNode old = json("{'metadata':{'name':'b'},'roleRef':{'kind':'ClusterRole','name':'x'}}");
    ObjectNode next = json("{'metadata':{'name':'b'},'roleRef':{'kind':'ClusterRole','name':'y'}}");
    var request =
        request(
            ADMIN,
            Operation.UPDATE,
            Resource.CLUSTER_ROLE_BINDINGS,
            "",
            "",
            Optional.of(next),
            Optional.of(old));
    assertEquals(Reason.INVALID, assertThrows(ApiException.class, () -> admit(request)).reason());
  }

  @Test
  void create_bindingOfPod_hasTheNodesZone() {
    view.put(
        Resource.NODES,
        "{'metadata':{'name':'n','labels':{'topology.kubernetes.io/zone':'z','other':'o'}}}");
    ObjectNode binding =
        json("{'metadata':{'name':'p','namespace':'ns'},'target':{'kind':'Node','name':'n'}}");
    admit(
        request(
            ADMIN,
            Operation.CREATE,
            Resource.PODS,
            "binding",
            "ns",
            Optional.of(binding),
            Optional.empty()));
    assertEquals(
        "{\"topology.kubernetes.io/zone\":\"z\"}", binding.at("/metadata/labels").toString());
  }

  @Test
  void create_ingressWithoutClass_getsTheNewestDefault() {
    Resource classes = new Resource("networking.k8s.io", "ingressclasses");
    for (String name : List.of("a", "b")) {
      view.put(
          classes,
          "{'metadata':{'name':'%s','creationTimestamp':'2026-01-01T00:00:0%sZ','annotations':{'ingressclass.kubernetes.io/is-default-class':'true'}}}"
              .formatted(name, name.equals("a") ? "1" : "2"));
    }
    ObjectNode ingress = json("{'metadata':{'name':'i','namespace':'ns'},'spec':{}}");
    admit(
        request(
            ANN,
            Operation.CREATE,
            new Resource("networking.k8s.io", "ingresses"),
            "",
            "ns",
            Optional.of(ingress),
            Optional.empty()));
    assertEquals("b", ingress.at("/spec/ingressClassName").asText());
  }
}
