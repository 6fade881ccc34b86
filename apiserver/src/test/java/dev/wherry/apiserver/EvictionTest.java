package dev.wherry.apiserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evictions against a server without controllers: the test says what the controller would. */
class EvictionTest {
  @TempDir static Path data;
  private static ServerFixture server;
  private static int namespaces;
  private String pods = "";
  private String budgets = "";

  @BeforeAll
  static void start() throws Exception {
    server = ServerFixture.start(data);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Without controllers nobody else makes the account that pods run under. */
  @BeforeEach
  void createNamespace() {
    String name = "n" + namespaces++;
    assertEquals(
        201, send("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"%s\"}}", name).code());
    String path = "/api/v1/namespaces/" + name;
    assertEquals(
        201,
        send("POST", path + "/serviceaccounts", "{\"metadata\":{\"name\":\"default\"}}").code());
    pods = path + "/pods";
    budgets = "/apis/policy/v1/namespaces/" + name + "/poddisruptionbudgets";
  }

  private ServerFixture.Answer send(String method, String path, String body, Object... values) {
    return server.send(method, path, body.formatted(values).getBytes(UTF_8));
  }

  private void pod(String name, String phase, String ready) {
    int code =
        send(
                "POST",
                pods,
                """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","labels":{"app":"a"}},
                 "spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}
                """,
                name)
            .code();
    assertEquals(201, code);
    ServerFixture.Answer patched =
        server.send(
            "PATCH",
            pods + "/" + name + "/status",
            """
            {"status":{"phase":"%s","conditions":[{"type":"Ready","status":"%s"}]}}
            """
                .formatted(phase, ready)
                .getBytes(UTF_8),
            "Content-Type",
            "application/merge-patch+json");
    assertEquals(200, patched.code(), patched.text());
  }

  private void budget(String name, String policy, int allowed, int healthy, int desired) {
    ServerFixture.Answer made =
        send(
            "POST",
            budgets,
            """
            {"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"%s"},
             "spec":{"minAvailable":1,%s"selector":{"matchLabels":{"app":"a"}}}}
            """,
            name,
            policy);
    assertEquals(201, made.code(), made.text());
    status(name, 1, allowed, healthy, desired);
  }

  private void status(String name, int observed, int allowed, int healthy, int desired) {
    ServerFixture.Answer patched =
        server.send(
            "PATCH",
            budgets + "/" + name + "/status",
            """
            {"status":{"observedGeneration":%d,"disruptionsAllowed":%d,"currentHealthy":%d,
             "desiredHealthy":%d,"expectedPods":3}}
            """
                .formatted(observed, allowed, healthy, desired)
                .getBytes(UTF_8),
            "Content-Type",
            "application/merge-patch+json");
    assertEquals(200, patched.code(), patched.text());
  }

  private ServerFixture.Answer evict(String pod, String options) {
    return send(
        "POST",
        pods + "/" + pod + "/eviction",
        """
        {"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"%s"}%s}
        """,
        pod,
        options);
  }

  private JsonNode budgetStatus(String name) {
    return server.get(budgets + "/" + name).json().path("status");
  }

  @Test
  void evict_withinTheBudget_takesOneOffAndSaysWhyThePodGoes() {
    pod("p", "Running", "True");
    budget("b", "", 1, 3, 2);
    assertEquals(201, evict("p", "").code());
    JsonNode gone = server.get(pods + "/p").json();
    assertTrue(gone.path("metadata").has("deletionTimestamp"), gone.toString());
    JsonNode last = gone.path("status").path("conditions").path(1);
    assertEquals("DisruptionTarget", last.path("type").asText());
    assertEquals("EvictionByEvictionAPI", last.path("reason").asText());
    assertEquals(0, budgetStatus("b").path("disruptionsAllowed").asInt());
    assertTrue(budgetStatus("b").path("disruptedPods").has("p"));
  }

  @Test
  void evict_beyondTheBudget_429SaysWhatIsMissing() {
    pod("p", "Running", "True");
    budget("b", "", 0, 2, 2);
    ServerFixture.Answer refused = evict("p", "");
    assertEquals(429, refused.code());
    assertEquals(
        "Cannot evict pod as it would violate the pod's disruption budget.", refused.message());
    JsonNode cause = refused.json().at("/details/causes/0");
    assertEquals("DisruptionBudget", cause.path("reason").asText());
    assertEquals(
        "The disruption budget b needs 2 healthy pods and has 2 currently",
        cause.path("message").asText());
  }

  @Test
  void evict_budgetNotLookedAtYet_429WithRetry() {
    pod("p", "Running", "True");
    budget("b", "", 1, 3, 2);
    status("b", 0, 1, 3, 2);
    ServerFixture.Answer refused = evict("p", "");
    assertEquals(429, refused.code());
    assertEquals("10", refused.header("Retry-After"));
    assertEquals(
        "The disruption budget b is still being processed by the server.",
        refused.json().at("/details/causes/0/message").asText());
  }

  @Test
  void evict_podThatIsNotReady_goesWhileOthersSuffice() {
    pod("p", "Running", "False");
    budget("b", "", 0, 2, 2);
    assertEquals(201, evict("p", "").code());
    pod("q", "Running", "False");
    status("b", 1, 0, 1, 2);
    assertEquals(429, evict("q", "").code());
    assertEquals(200, send("DELETE", budgets + "/b", "").code());
    budget("always", "\"unhealthyPodEvictionPolicy\":\"AlwaysAllow\",", 0, 1, 2);
    assertEquals(201, evict("q", "").code());
  }

  @Test
  void evict_finishedPod_needsNoBudget() {
    pod("p", "Succeeded", "False");
    budget("b", "", 0, 0, 2);
    assertEquals(201, evict("p", "").code());
  }

  @Test
  void evict_twoBudgets_isRefused() {
    pod("p", "Running", "True");
    budget("b", "", 1, 3, 2);
    budget("c", "", 1, 3, 2);
    ServerFixture.Answer refused = evict("p", "");
    assertEquals(500, refused.code());
    assertTrue(refused.message().contains("more than one PodDisruptionBudget"));
  }

  @Test
  void evict_dryRun_changesNothing() {
    pod("p", "Running", "True");
    budget("b", "", 1, 3, 2);
    assertEquals(201, evict("p", ",\"deleteOptions\":{\"dryRun\":[\"All\"]}").code());
    assertEquals(1, budgetStatus("b").path("disruptionsAllowed").asInt());
    assertTrue(!server.get(pods + "/p").json().path("metadata").has("deletionTimestamp"));
  }

  @Test
  void evict_otherName_400() {
    pod("p", "Running", "True");
    ServerFixture.Answer refused =
        send("POST", pods + "/p/eviction", "{\"metadata\":{\"name\":\"other\"}}");
    assertEquals(400, refused.code());
    assertEquals("name in URL does not match name in Eviction object", refused.message());
  }

  @Test
  void evict_manyAtOnce_neverMoreThanTheBudget() {
    budget("b", "", 3, 10, 7);
    IntStream.range(0, 10).forEach(i -> pod("p" + i, "Running", "True"));
    AtomicInteger gone = new AtomicInteger();
    IntStream.range(0, 10)
        .parallel()
        .forEach(i -> gone.addAndGet(evict("p" + i, "").code() == 201 ? 1 : 0));
    assertEquals(3, gone.get());
    assertEquals(0, budgetStatus("b").path("disruptionsAllowed").asInt());
  }
}
