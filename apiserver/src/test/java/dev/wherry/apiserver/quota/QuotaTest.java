package dev.wherry.apiserver.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Quotas at work in a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuotaTest {
  private static final Duration WITHIN = Duration.ofSeconds(120);
  private ServerFixture server;

  @BeforeAll
  void start(@TempDir Path data) throws InterruptedException {
    server = ServerFixture.start(data);
  }

  @AfterAll
  void stop() {
    server.close();
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

  private static String path(String namespace, String resource) {
    return "/api/v1/namespaces/" + namespace + "/" + resource;
  }

  /** A namespace with one quota. */
  private void quota(String namespace, String spec) {
    server.post(
        "/api/v1/namespaces",
        "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(namespace));
    server.post(path(namespace, "serviceaccounts"), "{metadata: {name: default}}");
    var answer =
        server.post(
            path(namespace, "resourcequotas"),
            "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: %s}".formatted(spec));
    assertEquals(201, answer.code(), answer.text());
    await(() -> status(namespace).has("hard"));
  }

  private JsonNode status(String namespace) {
    return server.get(path(namespace, "resourcequotas") + "/q").json().path("status");
  }

  private void awaitUsed(String namespace, String name, String amount) {
    await(() -> status(namespace).path("used").path(name).asText().equals(amount));
  }

  private ServerFixture.Answer pod(String namespace, String name, String spec, String resources) {
    return server.post(
        path(namespace, "pods"),
        """
        {apiVersion: v1, kind: Pod, metadata: {name: %s},
         spec: {%scontainers: [{name: c, image: i, resources: %s}]}}
        """
            .formatted(name, spec, resources));
  }

  @Test
  void pods_beyondTheLimit_areForbiddenInUpstreamsWords() {
    quota("pods", "{hard: {pods: '2', requests.cpu: '1', requests.example.com/gpu: '1'}}");
    String resources = "{requests: {cpu: 600m, example.com/gpu: 1}, limits: {example.com/gpu: 1}}";
    assertEquals(201, pod("pods", "a", "", resources).code());
    awaitUsed("pods", "pods", "1");
    awaitUsed("pods", "requests.cpu", "600m");
    var more = pod("pods", "b", "", resources);
    assertEquals(403, more.code());
    assertEquals(
        "pods \"b\" is forbidden: exceeded quota: q, requested:"
            + " requests.cpu=600m,requests.example.com/gpu=1, used:"
            + " requests.cpu=600m,requests.example.com/gpu=1, limited:"
            + " requests.cpu=1,requests.example.com/gpu=1",
        more.message());
    assertEquals(
        "pods \"c\" is forbidden: failed quota: q: must specify requests.cpu for: c",
        pod("pods", "c", "", "{}").message());
    assertEquals(200, server.delete(path("pods", "pods") + "/a").code());
    awaitUsed("pods", "pods", "0");
    assertEquals(201, pod("pods", "b", "", resources).code());
  }

  @Test
  void pods_whereNothingIsUsedYet_areToldSo() {
    quota("empty", "{hard: {pods: '0'}}");
    assertEquals(
        "pods \"a\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0",
        pod("empty", "a", "", "{}").message());
  }

  @Test
  void objects_createdAtOnce_areCountedExactly() throws Exception {
    quota("crowd", "{hard: {count/configmaps: '10', configmaps: '10'}}");
    List<Future<Integer>> codes = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        String map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m%d}}".formatted(i);
        codes.add(threads.submit(() -> server.post(path("crowd", "configmaps"), map).code()));
      }
    }
    int created = 0;
    for (Future<Integer> code : codes) {
      created += code.get() == 201 ? 1 : 0;
    }
    assertEquals(10, created);
    awaitUsed("crowd", "configmaps", "10");
    awaitUsed("crowd", "count/configmaps", "10");
  }

  @Test
  void services_changedToNodePorts_areCountedAnew() {
    quota(
        "services",
        "{hard: {services: '2', services.nodeports: '1', services.loadbalancers: '0'}}");
    String service =
        "{apiVersion: v1, kind: Service, metadata: {name: %s}, spec: {type: %s, ports: [{port: 80}]}}";
    assertEquals(
        201, server.post(path("services", "services"), service.formatted("a", "NodePort")).code());
    assertEquals(
        201, server.post(path("services", "services"), service.formatted("b", "ClusterIP")).code());
    var changed =
        server.patch("merge", path("services", "services") + "/b", "{spec: {type: NodePort}}");
    assertEquals(403, changed.code(), changed.text());
    assertTrue(changed.message().contains("requested: services.nodeports=1"), changed.message());
    var balancer =
        server.patch("merge", path("services", "services") + "/b", "{spec: {type: LoadBalancer}}");
    assertTrue(balancer.message().contains("services.loadbalancers=1"), balancer.message());
  }

  @Test
  void scopes_chooseWhatCounts() {
    quota("scopes", "{hard: {pods: '1'}, scopes: [Terminating]}");
    assertEquals(201, pod("scopes", "forever", "", "{}").code());
    assertEquals(201, pod("scopes", "short", "activeDeadlineSeconds: 10, ", "{}").code());
    assertEquals(403, pod("scopes", "more", "activeDeadlineSeconds: 10, ", "{}").code());
    awaitUsed("scopes", "pods", "1");
    server.post(
        "/apis/scheduling.k8s.io/v1/priorityclasses",
        "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 5}");
    quota(
        "classes",
        "{hard: {pods: '0'}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass,"
            + " operator: In, values: [high]}]}}");
    assertEquals(201, pod("classes", "low", "", "{}").code());
    assertEquals(403, pod("classes", "high", "priorityClassName: high, ", "{}").code());
  }

  @Test
  void claims_areCountedByClass() {
    quota(
        "claims",
        "{hard: {persistentvolumeclaims: '5', requests.storage: 10Gi,"
            + " gold.storageclass.storage.k8s.io/requests.storage: 2Gi}}");
    String claim =
        """
        {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: %s},
         spec: {storageClassName: gold, accessModes: [ReadWriteOnce],
                resources: {requests: {storage: %s}}}}
        """;
    String path = path("claims", "persistentvolumeclaims");
    assertEquals(201, server.post(path, claim.formatted("a", "2Gi")).code());
    var more = server.post(path, claim.formatted("b", "1Gi"));
    assertTrue(
        more.message().contains("limited: gold.storageclass.storage.k8s.io/requests.storage=2Gi"),
        more.message());
    awaitUsed("claims", "requests.storage", "2Gi");
  }
}
