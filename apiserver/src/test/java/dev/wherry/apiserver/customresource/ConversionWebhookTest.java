package dev.wherry.apiserver.customresource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.webhook.WebhookServer;
import dev.wherry.model.json.Json;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Objects of two versions whose webhook joins and splits a field: v1 has host and port, v2 (stored)
 * hostPort.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConversionWebhookTest {
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: gates.conv.example.com}
      spec:
        group: conv.example.com
        scope: Namespaced
        names: {plural: gates, singular: gate, kind: Gate}
        conversion:
          strategy: Webhook
          webhook:
            conversionReviewVersions: [v1]
            clientConfig: {url: "%s", caBundle: %s}
        versions:
        - name: v1
          served: true
          storage: false
          schema: {openAPIV3Schema: {type: object, properties: {
            host: {type: string}, port: {type: string}, note: {type: string}}}}
          selectableFields: [{jsonPath: .host}, {jsonPath: .port}]
        - name: v2
          served: true
          storage: true
          schema: {openAPIV3Schema: {type: object, properties: {
            hostPort: {type: string}, note: {type: string}}}}
          selectableFields: [{jsonPath: .hostPort}]
      """;

  private static final String V1 = "/apis/conv.example.com/v1/namespaces/default/gates";
  private static final String V2 = "/apis/conv.example.com/v2/namespaces/default/gates";

  private ServerFixture server;
  private WebhookServer webhooks;
  private Definitions definitions;
  private volatile boolean broken;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    webhooks = new WebhookServer().answering("/convert", this::answer);
    server = ServerFixture.start(data);
    definitions = new Definitions(server);
    definitions.create(DEFINITION.formatted(webhooks.url("/convert"), webhooks.caBundle()));
  }

  @AfterAll
  void stop() {
    server.close();
    webhooks.close();
  }

  private JsonNode answer(JsonNode review) {
    ObjectNode answer = Json.object();
    answer.set("kind", review.path("kind"));
    answer.set("apiVersion", review.path("apiVersion"));
    ObjectNode response = answer.putObject("response");
    response.set("uid", review.at("/request/uid"));
    if (broken) {
      response.putObject("result").put("status", "Failed").put("message", "out of order");
      return answer;
    }
    response.putObject("result").put("status", "Success");
    ArrayNode converted = response.putArray("convertedObjects");
    String wanted = review.at("/request/desiredAPIVersion").asText();
    review.at("/request/objects").forEach(o -> converted.add(convert((ObjectNode) o, wanted)));
    return answer;
  }

  private static ObjectNode convert(ObjectNode object, String wanted) {
    object.put("apiVersion", wanted);
    if (wanted.endsWith("/v2")) {
      object.put("hostPort", object.path("host").asText() + ":" + object.path("port").asText());
      object.remove("host");
      object.remove("port");
    } else {
      String[] parts = object.path("hostPort").asText().split(":");
      object.put("host", parts[0]).put("port", parts[1]);
      object.remove("hostPort");
    }
    return object;
  }

  private void create(String name) {
    var answer =
        server.post(
            V1,
            """
            {apiVersion: conv.example.com/v1, kind: Gate, metadata: {name: %s}, host: a, port: "1"}
            """
                .formatted(name));
    assertEquals(201, answer.code(), answer.text());
    assertEquals("a", answer.json().path("host").asText(), answer.text());
  }

  @Test
  void object_createdInOneVersion_isReadInBoth() {
    create("both");
    JsonNode second = server.get(V2 + "/both").json();
    assertEquals("a:1", second.path("hostPort").asText());
    assertFalse(second.has("host"));
    assertEquals("1", server.get(V1 + "/both").json().path("port").asText());
    JsonNode listed = server.get(V1 + "?fieldSelector=metadata.name=both").json();
    assertEquals("a", listed.at("/items/0/host").asText());
    JsonNode patched =
        server.patch("merge", V1 + "/both", "{port: '2', metadata: {labels: {x: z}}}").json();
    assertEquals("2", patched.path("port").asText());
    assertEquals("a:2", server.get(V2 + "/both").json().path("hostPort").asText());
  }

  @Test
  void watch_ofOtherVersion_hasConvertedObjects() {
    create("watched");
    String first =
        server
            .lines(V1 + "?watch=1&fieldSelector=metadata.name=watched&resourceVersion=0", 1)
            .getFirst();
    assertEquals("a", Json.parse(first).at("/object/host").asText(), first);
  }

  private static String names(JsonNode list) {
    StringBuilder names = new StringBuilder();
    list.path("items")
        .forEach(item -> names.append(item.at("/metadata/name").asText()).append(' '));
    return names.toString();
  }

  private static String event(String line) {
    JsonNode event = Json.parse(line);
    return event.path("type").asText()
        + " "
        + event.at("/object/metadata/name").asText()
        + " "
        + event.at("/object/host").asText()
        + event.at("/object/port").asText();
  }

  @Test
  void fields_ofAVersionThatIsNotStored_select() {
    create("fields-1");
    String since = server.get(V1).json().at("/metadata/resourceVersion").asText();
    create("fields-2");
    assertEquals(200, server.patch("merge", V1 + "/fields-2", "{host: x}").code());
    assertEquals(200, server.patch("merge", V1 + "/fields-2", "{port: '2'}").code());
    assertEquals(200, server.patch("merge", V1 + "/fields-1", "{host: x}").code());
    assertEquals(200, server.patch("merge", V1 + "/fields-2", "{host: q}").code());

    assertEquals("fields-1 ", names(server.get(V1 + "?fieldSelector=host=x").json()));
    assertEquals("", names(server.get(V1 + "?fieldSelector=host=x,port=2").json()));
    assertEquals("fields-2 ", names(server.get(V2 + "?fieldSelector=hostPort=q:2").json()));
    assertEquals(
        List.of(
            "ADDED fields-2 x1",
            "MODIFIED fields-2 x2",
            "ADDED fields-1 x1",
            "DELETED fields-2 x2"),
        server.lines(V1 + "?watch=1&fieldSelector=host=x&resourceVersion=" + since, 4).stream()
            .map(ConversionWebhookTest::event)
            .toList());
    assertEquals(
        "ADDED fields-1 x1",
        event(server.lines(V1 + "?watch=1&fieldSelector=host=x", 1).getFirst()));
  }

  @Test
  void failure_ofWebhook_isTold() {
    create("failing");
    assertEquals(200, server.patch("merge", V2 + "/failing", "{note: changed}").code());
    broken = true;
    try {
      var answer = server.get(V1 + "/failing");
      assertEquals(500, answer.code());
      assertTrue(
          answer
              .message()
              .contains(
                  "conversion webhook for conv.example.com/v2, Kind=Gate failed:"
                      + " out of order"),
          answer.message());
    } finally {
      broken = false;
    }
  }

  @Test
  void admissionWebhook_ofTheOtherVersion_seesAndChangesThatVersion() {
    webhooks.reviewing(
        "/mutate",
        request ->
            Json.object()
                .put("allowed", true)
                .put("patchType", "JSONPatch")
                .put(
                    "patch",
                    Base64.getEncoder()
                        .encodeToString(
                            Json.write(
                                Json.parse(
                                    "[{\"op\":\"replace\",\"path\":\"/hostPort\",\"value\":\"b:9\"},"
                                        + "{\"op\":\"add\",\"path\":\"/unknown\",\"value\":1}]")))));
    var made =
        server.post(
            "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration,
             metadata: {name: other}, webhooks: [{name: a.example.com, sideEffects: None,
               admissionReviewVersions: [v1], clientConfig: {url: "%s", caBundle: %s},
               objectSelector: {matchLabels: {hooked: "yes"}}, matchPolicy: Equivalent,
               rules: [{operations: [CREATE], apiGroups: [conv.example.com], apiVersions: [v2],
                        resources: [gates]}]}]}
            """
                .formatted(webhooks.url("/mutate"), webhooks.caBundle()));
    assertEquals(201, made.code(), made.text());
    String gate =
        """
        {apiVersion: conv.example.com/v1, kind: Gate,
         metadata: {generateName: hooked-, labels: {hooked: "yes"}}, host: a, port: "1"}
        """;
    definitions.await(() -> server.post(V1, gate).json().path("host").asText().equals("b"));
    JsonNode object = server.post(V1, gate).json();
    assertEquals("9", object.path("port").asText(), object.toString());
    assertEquals("conv.example.com/v1", object.path("apiVersion").asText());
    JsonNode review =
        webhooks.seen.stream()
            .filter(r -> r.path("kind").asText().equals("AdmissionReview"))
            .findFirst()
            .orElseThrow();
    assertEquals("v2", review.at("/request/kind/version").asText());
    assertEquals("v1", review.at("/request/requestKind/version").asText());
    assertEquals("a:1", review.at("/request/object/hostPort").asText());
  }
}
