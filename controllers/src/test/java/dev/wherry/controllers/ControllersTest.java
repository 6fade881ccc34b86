package dev.wherry.controllers;

import static dev.wherry.controllers.Fixtures.meta;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateRequest;
import dev.wherry.machinery.pki.KeyPairs;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.Bytes;
import dev.wherry.model.authorization.v1.SubjectAccessReview;
import dev.wherry.model.certificates.v1.CertificateSigningRequest;
import dev.wherry.model.certificates.v1.CertificateSigningRequestSpec;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServiceAccount;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.core.v1.Toleration;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.networking.v1.IPAddress;
import dev.wherry.model.status.ApiException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControllersTest {
  private static final String VERBS =
      "\"verbs\":[\"create\",\"delete\",\"deletecollection\",\"get\",\"list\",\"watch\"]}";

  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final SecureRandom random = new SecureRandom();
  private final CertificateAuthority authority =
      CertificateAuthority.create("ca", Duration.ofDays(10), timer, random);
  private Controllers controllers;

  @BeforeEach
  void start() {
    api.answerRaw(
        "/api/v1",
        Json.parse(
            "{\"resources\":["
                + resource("pods", "Pod", true)
                + ","
                + resource("configmaps", "ConfigMap", true)
                + ","
                + resource("nodes", "Node", false)
                + "]}"));
    api.answerRaw("/apis", Json.parse("{\"groups\":[]}"));
    api.editCreates(
        SubjectAccessReview.KIND,
        review -> {
          review.withObject("/metadata").put("name", "review" + api.calls().size());
          boolean self =
              review.at("/spec/resourceAttributes/subresource").asText().equals("selfnodeclient");
          review.withObject("/status").put("allowed", self);
          return review;
        });
    controllers =
        Controllers.start(
            ControllerClients.single(api),
            ControllersConfig.of(List.of("10.0.0.1"), 6443, "the ca"),
            (request, use, lifetime) ->
                Pem.certificates(List.of(authority.issue(request, use, lifetime))),
            timer);
  }

  private static String resource(String plural, String kind, boolean namespaced) {
    return "{\"name\":\""
        + plural
        + "\",\"kind\":\""
        + kind
        + "\",\"namespaced\":"
        + namespaced
        + ","
        + VERBS;
  }

  @AfterEach
  void close() {
    controllers.close();
  }

  /** Waits while virtual time goes by. */
  private void await(String what, BooleanSupplier condition) {
    Eventually.await(
        what,
        () -> {
          timer.advance(Duration.ofMillis(50));
          return condition.getAsBoolean();
        });
  }

  private <T extends KubeObject> Optional<T> find(Kind<T> kind, String namespace, String name) {
    try {
      return Optional.of(api.get(kind, namespace, name));
    } catch (ApiException e) {
      return Optional.empty();
    }
  }

  private ConfigMap map(String name, ConfigMap... owners) {
    List<OwnerReference> references =
        List.of(owners).stream()
            .map(o ->
                OwnerReference.builder()
                    .apiVersion("v1")
                    .kind("ConfigMap")
                    .name(o.metadata().name())
                    .uid(o.metadata().uid())
                    .blockOwnerDeletion(true)
                    .build())
            .toList();
    return api.create(
        ConfigMap.KIND,
        ConfigMap.builder()
            .metadata(meta("default", name).ownerReferences(references).build())
            .build());
  }

  @Test
  void start_emptyCluster_getsWhatEveryClusterHas() {
    await(
        "namespaces and what is in them",
        () ->
            List.of("default", "kube-system", "kube-public", "kube-node-lease").stream()
                .allMatch(ns ->
                    find(ServiceAccount.KIND, ns, "default").isPresent()
                        && find(ConfigMap.KIND, ns, "kube-root-ca.crt").isPresent()));
    await("endpoints", () -> find(Endpoints.KIND, "default", "kubernetes").isPresent());
    assertEquals(
        "the ca", api.get(ConfigMap.KIND, "default", "kube-root-ca.crt").data().get("ca.crt"));
    await("service", () -> find(Service.KIND, "default", "kubernetes").isPresent());
    assertEquals("10.43.0.1", api.get(Service.KIND, "default", "kubernetes").spec().clusterIP());
    assertEquals(
        "10.0.0.1",
        api.get(Endpoints.KIND, "default", "kubernetes")
            .subsets()
            .getFirst()
            .addresses()
            .getFirst()
            .ip());

    api.delete(ConfigMap.KIND, "default", "kube-root-ca.crt", DeleteOptions.DEFAULT);
    await("made anew", () -> find(ConfigMap.KIND, "default", "kube-root-ca.crt").isPresent());
  }

  @Test
  void nodes_many_getDistinctRanges() {
    for (int i = 0; i < 30; i++) {
      api.create(Node.KIND, Fixtures.node("n" + i, "True"));
    }
    await("all ranges", () -> ranges().stream().noneMatch(String::isEmpty));
    assertEquals(30, ranges().stream().distinct().count());
    assertTrue(ranges().contains("10.42.0.0/24"));
  }

  private List<String> ranges() {
    return api.list(Node.KIND, "", ListOptions.ALL).items().stream()
        .map(node -> node.spec().podCIDR())
        .toList();
  }

  @Test
  void node_fallsSilent_podsAreEvictedAfterTheirToleration() {
    api.create(Node.KIND, Fixtures.node("dead", "True"));
    Node alive = api.create(Node.KIND, Fixtures.node("alive", "True"));
    assertEquals("alive", alive.metadata().name());
    api.create(Pod.KIND, Fixtures.pod("p", "dead", "10.42.0.5", true));
    Eventually.await(
        "pod of the silent node is being deleted",
        () -> {
          timer.advance(Duration.ofMillis(500));
          renew("alive");
          return api.get(Pod.KIND, "default", "p").metadata().deletionTimestamp() != null;
        });

    Pod pod = api.get(Pod.KIND, "default", "p");
    assertTrue(PodConditions.isTrue(pod, PodConditions.DISRUPTION_TARGET));
    assertTrue(
        api.get(Node.KIND, "", "dead").spec().taints().stream()
            .anyMatch(t -> t.key().endsWith("unreachable") && t.effect().equals("NoExecute")));
    api.delete(Node.KIND, "", "dead", DeleteOptions.DEFAULT);
    await("orphan is gone", () -> find(Pod.KIND, "default", "p").isEmpty());
  }

  @Test
  void node_comesAndGoes_isToldOf_soIsAnEvictionThatIsNotNeededAnyMore() {
    Toleration hour = Toleration.builder().operator("Exists").tolerationSeconds(3_600L).build();
    Taint taint = Taint.builder().key("k").effect("NoExecute").timeAdded(timer.instant()).build();
    Node tainted =
        Fixtures.node("n1", "True").toBuilder()
            .spec(NodeSpec.builder().taints(List.of(taint)).build())
            .build();
    Node made = api.create(Node.KIND, tainted);
    Pod pod = Fixtures.pod("p", "n1", "10.42.0.5", true);
    PodSpec tolerant = pod.spec().toBuilder().tolerations(List.of(hour)).build();
    api.create(Pod.KIND, pod.toBuilder().spec(tolerant).build());
    await("the node is told of", () -> isTold("Registered Node n1 in Controller"));

    // What is behind the pod in the queue has been looked at, so has the pod.
    api.create(Pod.KIND, Fixtures.pod("witness", "n1", "10.42.0.6", true));
    await("eviction of the other", () -> isTold("Marking for deletion Pod default/witness"));
    Node now = api.get(Node.KIND, "", made.metadata().name());
    api.update(Node.KIND, now.toBuilder().spec(NodeSpec.EMPTY).build());
    await("no eviction", () -> isTold("Cancelling deletion of Pod default/p"));
    assertTrue(find(Pod.KIND, "default", "p").isPresent());
    api.delete(Node.KIND, "", "n1", DeleteOptions.DEFAULT);
    await("the end is told of", () -> isTold("Removing Node n1 from Controller"));
  }

  private boolean isTold(String message) {
    return api.stored(Event.KIND).stream().anyMatch(event -> event.message().equals(message));
  }

  private void renew(String name) {
    try {
      Node node = api.get(Node.KIND, "", name);
      Node beating = Fixtures.node(name, "True");
      var condition =
          beating.status().conditions().getFirst().toBuilder()
              .lastHeartbeatTime(timer.instant())
              .build();
      api.updateStatus(
          Node.KIND,
          node.toBuilder()
              .status(node.status().toBuilder().conditions(List.of(condition)).build())
              .build());
    } catch (ApiException e) {
      // A controller was faster; the next beat will do.
    }
  }

  @Test
  void request_ofANode_isApprovedAndSigned() {
    CertificateRequest request =
        CertificateRequest.create(
            KeyPairs.generate(random),
            Subject.of("system:node:n1", "system:nodes"),
            AlternativeNames.NONE);
    CertificateSigningRequestSpec spec =
        CertificateSigningRequestSpec.builder()
            .signerName("kubernetes.io/kube-apiserver-client-kubelet")
            .request(Bytes.ofUtf8(request.toPem()))
            .usages(List.of("digital signature", "client auth"))
            .username("system:node:n1")
            .groups(List.of("system:nodes"))
            .build();
    api.create(
        CertificateSigningRequest.KIND,
        CertificateSigningRequest.builder().metadata(meta("", "r").build()).spec(spec).build());
    CertificateSigningRequestSpec bad = spec.toBuilder().usages(List.of("server auth")).build();
    api.create(
        CertificateSigningRequest.KIND,
        CertificateSigningRequest.builder().metadata(meta("", "bad").build()).spec(bad).build());

    await(
        "signed",
        () -> api.get(CertificateSigningRequest.KIND, "", "r").status().certificate() != null);
    var status = api.get(CertificateSigningRequest.KIND, "", "r").status();
    assertEquals("AutoApproved", status.conditions().getFirst().reason());
    var leaf = Pem.certificates(status.certificate().utf8()).getFirst();
    assertEquals("system:node:n1", Subject.of(leaf).commonName());
    assertTrue(api.get(CertificateSigningRequest.KIND, "", "bad").status().conditions().isEmpty());
  }

  @Test
  void namespace_deleted_isEmptiedThenGone() {
    api.create(Namespace.KIND, Namespace.builder().metadata(meta("", "x").build()).build());
    await("furnished", () -> find(ConfigMap.KIND, "x", "kube-root-ca.crt").isPresent());
    ConfigMap held =
        api.create(
            ConfigMap.KIND,
            ConfigMap.builder()
                .metadata(meta("x", "held").finalizers(List.of("example.com/hold")).build())
                .build());
    api.delete(Namespace.KIND, "", "x", DeleteOptions.DEFAULT);
    await(
        "said what is left",
        () ->
            find(Namespace.KIND, "", "x").orElseThrow().status().conditions().stream()
                .anyMatch(c ->
                    c.message()
                        .equals(
                            "Some resources are remaining: configmaps. has 1 resource"
                                + " instances")));
    ConfigMap now = api.get(ConfigMap.KIND, "x", "held");
    assertEquals(held.metadata().uid(), now.metadata().uid());
    ObjectMeta freed = now.metadata().toBuilder().finalizers(List.of()).build();
    api.update(ConfigMap.KIND, now.toBuilder().metadata(freed).build());
    await("namespace is gone", () -> find(Namespace.KIND, "", "x").isEmpty());
  }

  /** The graph must know a child before its owner goes: it hears of maps in their order. */
  private void awaitGraph() {
    ConfigMap gone = map("gone");
    api.delete(ConfigMap.KIND, "default", "gone", DeleteOptions.DEFAULT);
    map("orphan", gone);
    await("graph is filled", () -> find(ConfigMap.KIND, "default", "orphan").isEmpty());
  }

  @Test
  void owner_deletedInBackground_dependentsFollow() {
    ConfigMap owner = map("owner");
    ConfigMap child = map("child", owner);
    map("grandchild", child);
    ConfigMap other = map("other");
    map("shared", owner, other);
    api.delete(ConfigMap.KIND, "default", "owner", DeleteOptions.DEFAULT);

    await("grandchild gone", () -> find(ConfigMap.KIND, "default", "grandchild").isEmpty());
    await(
        "shared keeps its other owner",
        () ->
            api.get(ConfigMap.KIND, "default", "shared").metadata().ownerReferences().stream()
                .map(OwnerReference::name)
                .toList()
                .equals(List.of("other")));
  }

  @Test
  void owner_deletedInForeground_goesLast() {
    ConfigMap owner = map("owner");
    ConfigMap child = map("child", owner);
    ConfigMap held =
        api.update(
            ConfigMap.KIND,
            child.toBuilder()
                .metadata(
                    child.metadata().toBuilder().finalizers(List.of("example.com/hold")).build())
                .build());
    awaitGraph();
    api.delete(
        ConfigMap.KIND,
        "default",
        "owner",
        DeleteOptions.DEFAULT.with(DeleteOptions.Propagation.FOREGROUND));
    await(
        "child is being deleted",
        () -> api.get(ConfigMap.KIND, "default", "child").metadata().deletionTimestamp() != null);
    assertTrue(find(ConfigMap.KIND, "default", "owner").isPresent());
    ConfigMap now = api.get(ConfigMap.KIND, "default", "child");
    assertEquals(held.metadata().uid(), now.metadata().uid());
    api.update(
        ConfigMap.KIND,
        now.toBuilder().metadata(now.metadata().toBuilder().finalizers(List.of()).build()).build());
    await("owner is gone", () -> find(ConfigMap.KIND, "default", "owner").isEmpty());
    assertTrue(find(ConfigMap.KIND, "default", "child").isEmpty());
  }

  @Test
  void owner_deletedOrphaning_dependentsStay() {
    ConfigMap owner = map("owner");
    map("child", owner);
    awaitGraph();
    api.delete(
        ConfigMap.KIND,
        "default",
        "owner",
        DeleteOptions.DEFAULT.with(DeleteOptions.Propagation.ORPHAN));
    await("owner is gone", () -> find(ConfigMap.KIND, "default", "owner").isEmpty());
    assertTrue(api.get(ConfigMap.KIND, "default", "child").metadata().ownerReferences().isEmpty());
  }

  private static OwnerReference reference(ConfigMap owner) {
    return OwnerReference.builder()
        .apiVersion("v1")
        .kind("ConfigMap")
        .name(owner.metadata().name())
        .uid(owner.metadata().uid())
        .build();
  }

  @Test
  void owner_inAnotherNamespace_isNoOwnerAndIsToldOf() {
    ConfigMap owner =
        api.create(
            ConfigMap.KIND,
            ConfigMap.builder().metadata(meta("kube-public", "far").build()).build());
    awaitGraph();
    map("child", owner);

    await("child is gone", () -> find(ConfigMap.KIND, "default", "child").isEmpty());
    await(
        "event",
        () ->
            api.list(Event.KIND, "default", ListOptions.ALL).items().stream()
                .anyMatch(event -> event.reason().equals("OwnerRefInvalidNamespace")));
    assertTrue(find(ConfigMap.KIND, "kube-public", "far").isPresent());
  }

  @Test
  void owner_ofANamespace_dependentOfTheCluster_isLeftAlone() {
    ConfigMap owner = map("owner");
    ObjectMeta meta =
        ObjectMeta.builder().name("n1").ownerReferences(List.of(reference(owner))).build();
    api.create(Node.KIND, Node.builder().metadata(meta).build());
    map("witness", owner);
    awaitGraph();
    api.delete(ConfigMap.KIND, "default", "owner", DeleteOptions.DEFAULT);

    await("witness is gone", () -> find(ConfigMap.KIND, "default", "witness").isEmpty());
    assertTrue(find(Node.KIND, "", "n1").isPresent());
  }

  @Test
  void token_expires_isDeleted() {
    api.create(
        Secret.KIND,
        Secret.builder()
            .metadata(meta("kube-system", "bootstrap-token-abcdef").build())
            .type("bootstrap.kubernetes.io/token")
            .data(
                Map.of(
                    "expiration",
                    Bytes.ofUtf8(timer.instant().plus(Duration.ofSeconds(30)).toString())))
            .build());
    await("deleted", () -> find(Secret.KIND, "kube-system", "bootstrap-token-abcdef").isEmpty());
    assertTrue(timer.instant().isAfter(Fixtures.NOW.plusSeconds(29)));
  }

  private IPAddress address(String ip, String service) {
    return IPAddress.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "%s", "labels": {
               "ipaddress.kubernetes.io/ip-family": "IPv4",
               "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"}},
             "spec": {"parentRef":
               {"resource": "services", "namespace": "default", "name": "%s"}}}
            """
                .formatted(ip, service)));
  }

  @Test
  void address_ofAServiceDeletedByHand_comesBack_andOneOfNoneGoes() {
    Service web =
        Service.builder()
            .metadata(meta("default", "web").build())
            .spec(ServiceSpec.builder().clusterIPs(List.of("10.43.1.1")).build())
            .build();
    api.create(Service.KIND, web);
    api.create(IPAddress.KIND, address("10.43.1.1", "web"));
    api.create(IPAddress.KIND, address("10.43.2.2", "web"));
    await("leaked", () -> find(IPAddress.KIND, "", "10.43.2.2").isEmpty());
    String before = api.get(IPAddress.KIND, "", "10.43.1.1").metadata().uid();
    api.delete(IPAddress.KIND, "", "10.43.1.1", DeleteOptions.DEFAULT);
    await("again", () -> find(IPAddress.KIND, "", "10.43.1.1").isPresent());
    IPAddress after = api.get(IPAddress.KIND, "", "10.43.1.1");
    assertEquals("web", after.spec().parentRef().name());
    assertNotEquals(before, after.metadata().uid());
  }
}
