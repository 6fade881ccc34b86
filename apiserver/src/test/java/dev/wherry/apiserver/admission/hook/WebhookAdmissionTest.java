package dev.wherry.apiserver.admission.hook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.webhook.WebhookServer;
import dev.wherry.model.json.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks over TLS, asked by a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookAdmissionTest {
  private static final Duration WITHIN = Duration.ofSeconds(120);
  private static final String GROUP = "/apis/admissionregistration.k8s.io/v1/";
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final UnaryOperator<JsonNode> YES = _ -> Json.object().put("allowed", true);

  private final CountDownLatch end = new CountDownLatch(1);
  private ServerFixture server;
  private WebhookServer webhooks;
  private int made;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    server = ServerFixture.start(data);
  }

  @BeforeEach
  void open() throws Exception {
    webhooks = new WebhookServer();
  }

  @AfterEach
  void close() {
    for (String kind : new String[] {"mutating", "validating"}) {
      server.delete(GROUP + kind + "webhookconfigurations");
    }
    await(() -> server.post(MAPS + "?dryRun=All", map("free", "")).code() == 201);
    webhooks.close();
  }

  @AfterAll
  void stop() {
    end.countDown();
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

  private static String map(String name, String more) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s%s}, data: {a: b}}"
        .formatted(name, more);
  }

  /** A webhook for config maps, and what stands of it beside the usual. */
  private String hook(String path, String more) {
    return """
    {name: %s.example.com, clientConfig: {url: "%s", caBundle: %s}, sideEffects: None,
     admissionReviewVersions: [v1], timeoutSeconds: 10,
     rules: [{operations: [CREATE, UPDATE, DELETE], apiGroups: [""], apiVersions: [v1],
              resources: [configmaps]}]%s}\
    """
        .formatted(
            "h" + made++ + path.replace("/", ".").replace("?", ""),
            webhooks.url(path),
            webhooks.caBundle(),
            more.isEmpty() ? "" : ", " + more);
  }

  /** Creates a configuration and waits until it is asked. */
  private void configure(String kind, String... hooks) {
    String marker = "/ready" + made;
    webhooks.reviewing(marker, _ -> refusal("ready"));
    String selector = "objectSelector: {matchLabels: {marker: m" + made + "}}";
    String label = ", labels: {marker: m" + made + "}";
    String all = hook(marker, selector) + ", " + String.join(", ", hooks);
    var answer =
        server.post(
            GROUP + kind.toLowerCase(java.util.Locale.ROOT) + "webhookconfigurations",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: %sWebhookConfiguration,
             metadata: {name: c%d}, webhooks: [%s]}
            """
                .formatted(kind, made, all));
    assertEquals(201, answer.code(), answer.text());
    await(
        () -> server.post(MAPS + "?dryRun=All", map("marker", label)).message().endsWith("ready"));
    webhooks.seen.clear();
  }

  private static ObjectNode refusal(String message) {
    ObjectNode response = Json.object().put("allowed", false);
    response.putObject("status").put("message", message);
    return response;
  }

  private static ObjectNode patch(String operations) {
    return Json.object()
        .put("allowed", true)
        .put("patchType", "JSONPatch")
        .put(
            "patch",
            Base64.getEncoder().encodeToString(operations.replace('\'', '"').getBytes(UTF_8)));
  }

  @Test
  void create_deniedByValidatingWebhook_saysSoInUpstreamsWords() {
    webhooks.reviewing(
        "/deny",
        _ -> {
          ObjectNode response = refusal("no such thing");
          response.withObject("/status").put("code", 409).put("reason", "Conflict");
          response.putArray("warnings").add("mind the gap");
          return response;
        });
    configure("Validating", hook("/deny", ""));
    var answer = server.post(MAPS, map("denied", ""));
    assertEquals(409, answer.code());
    assertTrue(
        answer.message().matches("admission webhook \"h.*\" denied the request: no such thing"),
        answer.message());
    assertEquals("Conflict", answer.json().path("reason").asText());
    assertTrue(answer.header("Warning").contains("mind the gap"), answer.header("Warning"));
    assertEquals(404, server.get(MAPS + "/denied").code());
    assertEquals(
        201,
        server
            .post(
                "/api/v1/namespaces/default/secrets",
                """
                {apiVersion: v1, kind: Secret, metadata: {name: other}}
                """)
            .code());
  }

  @Test
  void review_ofUpdateAndDelete_hasOldObjectAndOptions() throws Exception {
    server.post(MAPS, map("seen", ""));
    webhooks.reviewing("/look", YES);
    configure("Validating", hook("/look", ""));
    server.patch("merge", MAPS + "/seen?fieldManager=me", "{data: {a: c}}");
    JsonNode update = webhooks.seen.take();
    assertEquals("UPDATE", update.at("/request/operation").asText());
    assertEquals("c", update.at("/request/object/data/a").asText());
    assertEquals("b", update.at("/request/oldObject/data/a").asText());
    assertEquals("UpdateOptions", update.at("/request/options/kind").asText());
    assertEquals("me", update.at("/request/options/fieldManager").asText());
    assertEquals("ConfigMap", update.at("/request/kind/kind").asText());
    assertEquals("configmaps", update.at("/request/requestResource/resource").asText());
    assertTrue(update.path("target").asText().endsWith("?timeout=10s"));
    server.delete(MAPS + "/seen");
    JsonNode delete = webhooks.seen.take();
    assertEquals("DELETE", delete.at("/request/operation").asText());
    assertTrue(delete.at("/request/object").isNull());
    assertEquals("c", delete.at("/request/oldObject/data/a").asText());
    assertEquals("system:masters", delete.at("/request/userInfo/groups/0").asText());
  }

  @Test
  void create_mutatedTwice_isPatchedInOrderAndReinvoked() {
    webhooks.reviewing(
        "/first",
        request ->
            patch(
                request.at("/object/data/second").isMissingNode()
                    ? "[{'op':'add','path':'/data/first','value':'1'}]"
                    : "[{'op':'add','path':'/data/again','value':'2'}]"));
    webhooks.reviewing("/second", _ -> patch("[{'op':'add','path':'/data/second','value':'1'}]"));
    configure("Mutating", hook("/first", "reinvocationPolicy: IfNeeded"), hook("/second", ""));
    JsonNode data = server.post(MAPS, map("mutated", "")).json().path("data");
    assertEquals("{\"a\":\"b\",\"again\":\"2\",\"first\":\"1\",\"second\":\"1\"}", sorted(data));
  }

  private static String sorted(JsonNode data) {
    ObjectNode sorted = Json.object();
    data.properties().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(e -> sorted.set(e.getKey(), e.getValue()));
    return sorted.toString();
  }

  @Test
  void create_patchedBeyondTheKind_losesItOrFails() {
    webhooks.reviewing("/add", _ -> patch("[{'op':'add','path':'/unknown','value':'1'}]"));
    configure("Mutating", hook("/add", "objectSelector: {matchLabels: {case: unknown}}"));
    var dropped = server.post(MAPS, map("dropped", ", labels: {case: unknown}"));
    assertEquals(201, dropped.code(), dropped.text());
    assertFalse(dropped.json().has("unknown"));
    webhooks.reviewing("/wrong", _ -> patch("[{'op':'remove','path':'/data/absent'}]"));
    configure("Mutating", hook("/wrong", "objectSelector: {matchLabels: {case: wrong}}"));
    assertEquals(500, server.post(MAPS, map("wrong", ", labels: {case: wrong}")).code());
  }

  @Test
  void create_withHangingWebhook_endsWithItsTimeout() {
    webhooks.reviewing(
        "/hang",
        _ -> {
          try {
            end.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Json.object().put("allowed", true);
        });
    configure("Validating", hook("/hang", "").replace("timeoutSeconds: 10", "timeoutSeconds: 1"));
    long began = System.nanoTime();
    var answer = server.post(MAPS, map("hung", ""));
    assertTrue(Duration.ofNanos(System.nanoTime() - began).toSeconds() < 8);
    assertEquals(500, answer.code());
    assertTrue(
        answer
            .message()
            .matches(
                "Internal error occurred: failed calling webhook \"h.*\": failed to call webhook:"
                    + " Post \"https://localhost:.*/hang\\?timeout=1s\": context deadline"
                    + " exceeded"),
        answer.message());
  }

  @Test
  void create_withUnreachableWebhook_followsFailurePolicy() {
    configure(
        "Mutating",
        hook("/absent", "failurePolicy: Ignore, objectSelector: {matchLabels: {case: open}}"),
        hook("/absent", "objectSelector: {matchLabels: {case: closed}}"));
    assertEquals(201, server.post(MAPS, map("open", ", labels: {case: open}")).code());
    var closed = server.post(MAPS, map("closed", ", labels: {case: closed}"));
    assertEquals(500, closed.code());
    assertTrue(
        closed.message().endsWith("the server could not find the requested resource"),
        closed.message());
  }

  @Test
  void create_withWrongAnswer_isRefused() {
    webhooks.answering("/mute", _ -> Json.object());
    configure("Validating", hook("/mute", ""));
    assertTrue(
        server
            .post(MAPS, map("mute", ""))
            .message()
            .endsWith("received invalid webhook response: webhook response was absent"));
  }

  @Test
  void conditions_andDryRun_decideWhoIsAsked() {
    webhooks.reviewing("/ask", _ -> refusal("asked"));
    configure(
        "Validating",
        hook(
                "/ask",
                "matchConditions: [{name: skip, expression: \"object.metadata.name != 'skip-me'\"},"
                    + " {name: me, expression: \"request.userInfo.username != '' &&"
                    + " authorizer.requestResource.check('create').allowed()\"}]")
            .replace("sideEffects: None", "sideEffects: NoneOnDryRun"));
    assertEquals(201, server.post(MAPS, map("skip-me", "")).code());
    var asked = server.post(MAPS, map("others", ""));
    assertTrue(asked.message().endsWith("denied the request: asked"), asked.message());
    var wrong =
        server.post(
            GROUP + "validatingwebhookconfigurations",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration,
             metadata: {name: wrong}, webhooks: [%s]}
            """
                .formatted(
                    hook("/ask", "matchConditions: [{name: x, expression: \"... [] bad\"}]")));
    assertEquals(422, wrong.code());
    assertTrue(wrong.message().contains("compilation failed"), wrong.message());
  }

  @Test
  void connect_attach_isReviewed() throws Exception {
    webhooks.reviewing("/connect", _ -> refusal("not that pod"));
    configure(
        "Validating",
        hook("/connect", "")
            .replace("[CREATE, UPDATE, DELETE]", "[CONNECT]")
            .replace("[configmaps]", "[pods/attach]")
            .replace("objectSelector", "x"),
        hook("/connect", "objectSelector: {matchLabels: {never: never}}"));
    String pod =
        "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}";
    server.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: default}}");
    assertEquals(201, server.post("/api/v1/namespaces/default/pods", pod).code());
    var answer =
        server.send("POST", "/api/v1/namespaces/default/pods/p/attach?container=c", new byte[0]);
    assertTrue(answer.message().endsWith("denied the request: not that pod"), answer.message());
    JsonNode review = webhooks.seen.take();
    assertEquals("PodAttachOptions", review.at("/request/kind/kind").asText());
    assertEquals("attach", review.at("/request/subResource").asText());
    assertEquals("c", review.at("/request/object/container").asText());
  }

  @Test
  void configurations_themselves_areNeverReviewed() {
    webhooks.reviewing("/all", _ -> refusal("nothing goes"));
    configure(
        "Validating",
        hook("/all", "")
            .replace("apiGroups: [\"\"]", "apiGroups: [admissionregistration.k8s.io]")
            .replace("[configmaps]", "[\"*\"]"));
    var other =
        server.post(
            GROUP + "mutatingwebhookconfigurations",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,
             metadata: {name: free}, webhooks: []}
            """);
    assertEquals(201, other.code(), other.text());
  }

  @Test
  void scale_isReviewedAsScale() throws Exception {
    server.post(
        "/apis/apps/v1/namespaces/default/deployments",
        """
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: d},
         spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},
                spec: {containers: [{name: c, image: i}]}}}}
        """);
    webhooks.reviewing(
        "/scale", _ -> patch("[{'op':'replace','path':'/spec/replicas','value':3}]"));
    configure(
        "Mutating",
        hook("/scale", "")
            .replace("apiGroups: [\"\"]", "apiGroups: [apps]")
            .replace("[configmaps]", "[deployments/scale]"));
    var answer =
        server.patch(
            "merge",
            "/apis/apps/v1/namespaces/default/deployments/d/scale",
            "{spec: {replicas: 7}}");
    assertEquals(3, answer.json().at("/spec/replicas").asInt(), answer.text());
    JsonNode review = webhooks.seen.take();
    assertEquals("Scale", review.at("/request/kind/kind").asText());
    assertEquals(7, review.at("/request/object/spec/replicas").asInt());
    assertEquals(1, review.at("/request/oldObject/spec/replicas").asInt());
  }
}
