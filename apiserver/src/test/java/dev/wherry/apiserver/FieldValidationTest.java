package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ServerFixture.Answer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the server makes of fields and values that do not belong (conformance field_validation). */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FieldValidationTest {
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  @TempDir static Path data;
  private static ServerFixture server;

  @BeforeAll
  static void start() throws InterruptedException {
    server = ServerFixture.start(data);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String deployment(String name) {
    return """
    {"apiVersion":"apps/v1","kind":"Deployment",
     "metadata":{"name":"%s","labels":{"app":"nginx"},"unknownMeta":"foo"},
     "spec":{"unknownField":"foo","replicas":2,"replicas":3,
      "selector":{"matchLabels":{"app":"nginx"}},
      "template":{"metadata":{"labels":{"app":"nginx"}},
       "spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}}}\
    """
        .formatted(name);
  }

  @Test
  void create_strict_namesUnknownAndDuplicateFields() {
    Answer answer =
        server.raw("POST", DEPLOYMENTS + "?fieldValidation=Strict", deployment("strict"));
    assertEquals(400, answer.code());
    assertEquals(
        "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error:"
            + " unknown field \"metadata.unknownMeta\", unknown field \"spec.unknownField\","
            + " duplicate field \"spec.replicas\"",
        answer.message());
    assertEquals("BadRequest", answer.json().path("reason").asText());
    assertEquals(404, server.get(DEPLOYMENTS + "/strict").code());
  }

  @Test
  void create_warn_storesKnownFieldsAndWarns() {
    Answer answer = server.raw("POST", DEPLOYMENTS + "?fieldValidation=Warn", deployment("warn"));
    assertEquals(201, answer.code(), answer.text());
    assertEquals(
        "299 - \"unknown field \\\"metadata.unknownMeta\\\"\","
            + " 299 - \"unknown field \\\"spec.unknownField\\\"\","
            + " 299 - \"duplicate field \\\"spec.replicas\\\"\"",
        answer.header("Warning"));
    assertFalse(answer.json().path("spec").has("unknownField"));
    assertFalse(answer.json().path("metadata").has("unknownMeta"));
    assertEquals(3, answer.json().at("/spec/replicas").asInt());
  }

  @Test
  void create_ignore_isSilent() {
    Answer answer =
        server.raw("POST", DEPLOYMENTS + "?fieldValidation=Ignore", deployment("ignore"));
    assertEquals(201, answer.code(), answer.text());
    assertEquals("", answer.header("Warning"));
    assertFalse(answer.json().path("spec").has("unknownField"));
  }

  @Test
  void create_unknownDirectives_areInvalid() {
    Answer answer = server.raw("POST", MAPS + "?fieldValidation=Maybe&dryRun=Some", "{}");
    assertEquals(422, answer.code());
    assertEquals(
        "CreateOptions.meta.k8s.io \"\" is invalid: [dryRun: Unsupported value: [\"Some\"]:"
            + " supported values: \"All\", fieldValidation: Unsupported value: \"Maybe\":"
            + " supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"]",
        answer.message());
  }

  @Test
  void create_wrongType_isRefusedByPathAndType() {
    Answer answer =
        server.post(
            "/api/v1/namespaces/default/pods",
            "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: none}}");
    assertEquals(400, answer.code());
    assertEquals(
        "Pod in version \"v1\" cannot be handled as a Pod: json: cannot unmarshal string into Go"
            + " struct field PodSpec.spec.containers of type []v1.Container",
        answer.message());
  }

  @Test
  void create_noObject_isRefusedWithItsBeginning() {
    assertTrue(
        server
            .raw("POST", MAPS, "")
            .message()
            .startsWith(
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get"
                    + " version/kind; json parse error: "));
    assertTrue(server.raw("POST", MAPS, "{\"a\":").message().endsWith("({\"a\":)"));
    assertEquals(400, server.raw("POST", MAPS, "[1]").code());
    assertEquals(
        "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to"
            + " (core.ConfigMap): unknown conversion",
        server.post(MAPS, "{apiVersion: v1, kind: Pod, metadata: {name: x}}").message());
    assertEquals(
        "Nope in version \"v1\" cannot be handled as a ConfigMap: no kind \"Nope\" is registered"
            + " for version \"example.com/v1\" in scheme",
        server.post(MAPS, "{apiVersion: example.com/v1, kind: Nope}").message());
  }

  @Test
  void patch_strict_refusesWhatThePatchBrings() {
    server.post(MAPS, "{metadata: {name: patched}, data: {a: b}}");
    String path = MAPS + "/patched?fieldValidation=Strict";
    Answer merged = server.patch("merge", path, "{bogus: 1}");
    assertEquals(422, merged.code());
    assertTrue(
        merged.message().startsWith(" \"\" is invalid: patch: Invalid value: \"{"),
        merged.message());
    assertTrue(
        merged.message().endsWith(": strict decoding error: unknown field \"bogus\""),
        merged.message());
    Answer strategic = server.patch("strategic-merge", path, "{bogus: {b: [1, x], a: null}}");
    assertEquals(
        " \"\" is invalid: patch: Invalid value: \"map[bogus:map[a:<nil> b:[1 x]]]\": strict"
            + " decoding error: unknown field \"bogus\"",
        strategic.message());
    assertEquals(422, server.patch("json", path, "[{op: add, path: /bogus, value: 1}]").code());
    Answer warned = server.patch("merge", MAPS + "/patched", "{bogus: 1, data: {c: d}}");
    assertEquals(200, warned.code());
    assertEquals("299 - \"unknown field \\\"bogus\\\"\"", warned.header("Warning"));
    assertEquals("d", warned.json().at("/data/c").asText());
    assertEquals(422, server.patch("merge", MAPS + "/patched", "{data: 7}").code());
  }

  @Test
  void update_strict_refusesUnknownFields() {
    server.post(MAPS, "{metadata: {name: put}}");
    Answer answer =
        server.put(MAPS + "/put?fieldValidation=Strict", "{metadata: {name: put}, dat: {a: b}}");
    assertEquals(
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error:"
            + " unknown field \"dat\"",
        answer.message());
  }

  @Test
  void deleteOptions_ofBody_areObeyed() {
    server.post(MAPS, "{metadata: {name: kept}}");
    Answer dry =
        server.raw("DELETE", MAPS + "/kept", "{\"kind\":\"DeleteOptions\",\"dryRun\":[\"All\"]}");
    assertEquals(200, dry.code(), dry.text());
    assertEquals(200, server.get(MAPS + "/kept").code());
    assertEquals(
        "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value:"
            + " \"Never\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
        server.raw("DELETE", MAPS + "/kept", "{\"propagationPolicy\":\"Never\"}").message());
    assertEquals(
        409, server.raw("DELETE", MAPS + "/kept", "{\"preconditions\":{\"uid\":\"x\"}}").code());
  }
}
