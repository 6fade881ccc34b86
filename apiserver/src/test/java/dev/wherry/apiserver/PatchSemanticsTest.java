package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture.Answer;
import dev.wherry.model.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PATCH over HTTP: codes, limits, directives (apiserver endpoints/handlers/patch.go). */
class PatchSemanticsTest {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String PODS = "/api/v1/namespaces/default/pods";
  private static final int OPERATIONS_MAX = 10_000;
  private static final int WRITERS = 64;

  /** The oldest updates become one entry (upstream's fieldmanager.DefaultMaxUpdateManagers). */
  private static final int UPDATERS_MAX = 10;

  @TempDir private static Path folder;
  private static ServerFixture server;

  @BeforeAll
  static void start() throws InterruptedException {
    server = ServerFixture.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String map(String name) {
    server.post(MAPS, "{metadata: {name: " + name + "}, data: {a: '1', b: '2'}}");
    return MAPS + "/" + name;
  }

  @Test
  void patch_unknownMediaType_namesThoseAccepted() {
    Answer refused = server.send("PATCH", map("media"), new byte[0], "Content-Type", "text/plain");
    assertEquals(415, refused.code());
    assertEquals(
        "the body of the request was in an unknown format - accepted media types include:"
            + " application/json-patch+json, application/merge-patch+json,"
            + " application/strategic-merge-patch+json, application/apply-patch+yaml",
        refused.message());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[{'op':'test','path':'/data/a','value':'1'},{'op':'remove','path':'/data/a'}] | 200",
        "[{'op':'test','path':'/data/a','value':'x'}]                                  | 422",
        "[{'op':'remove','path':'/data/nothing'}]                                      | 422",
        "[{'op':'move','from':'/data/a','path':'/data/c'}]                             | 200",
        "[{'op':'copy','from':'/data/a','path':'/data/c'}]                             | 200",
        "[{'op':'move','from':'/data/x','path':'/data/c'}]                             | 422",
        "[{'op':'replace','path':'','value':[]}]                                       | 422",
        "{'op':'remove'}                                                               | 400",
        "[{'op':'add','path':'/metadata/labels','value':{'a':1}}]                      | 422",
        "[{'op':'add'                                                                  | 400"
      })
  void jsonPatch_eachKind_answersUpstreamsCode(String patch, int code) {
    String path = map("json" + Math.abs(patch.hashCode()));
    Answer answer =
        server.send(
            "PATCH",
            path,
            patch.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "Content-Type",
            "application/json-patch+json");
    assertEquals(code, answer.code(), answer.text());
  }

  @Test
  void jsonPatch_tooManyOperations_isTooLarge() {
    List<String> operations = new ArrayList<>();
    for (int i = 0; i <= OPERATIONS_MAX; i++) {
      operations.add("{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"1\"}");
    }
    Answer refused =
        server.send(
            "PATCH",
            map("operations"),
            ("[" + String.join(",", operations) + "]")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "Content-Type",
            "application/json-patch+json");
    assertEquals(413, refused.code());
    assertEquals("RequestEntityTooLarge", refused.json().path("reason").asText());
    assertEquals(
        "The allowed maximum operations in a JSON patch is 10000, got 10001", refused.message());
  }

  @Test
  void jsonPatch_unknownFieldOfAnOperation_isRefusedWhenStrict() {
    Answer refused =
        server.patch(
            "json",
            map("strict") + "?fieldValidation=Strict",
            "[{op: add, path: /data/c, value: '1', extra: 1}]");
    assertEquals(422, refused.code(), refused.text());
    assertTrue(
        refused.message().endsWith("strict decoding error: json patch unknown field \"[0].extra\""),
        refused.message());
  }

  @Test
  void patch_largerThanAnyBody_isTooLarge() {
    byte[] body = ("{\"data\":{\"c\":\"" + "x".repeat(3 * 1024 * 1024) + "\"}}").getBytes();
    Answer refused =
        server.send("PATCH", map("large"), body, "Content-Type", "application/merge-patch+json");
    assertEquals(413, refused.code());
  }

  @Test
  void mergePatch_ofAnOldRevision_isAConflict() {
    String path = map("old");
    String revision = server.get(path).json().at("/metadata/resourceVersion").asText();
    server.patch("merge", path, "{data: {c: '1'}}");
    Answer refused =
        server.patch(
            "merge", path, "{metadata: {resourceVersion: '" + revision + "'}, data: {c: '2'}}");
    assertEquals(409, refused.code());
    assertEquals("Conflict", refused.json().path("reason").asText());
  }

  @Test
  void mergePatches_atOnceWithoutRevision_areAllCarriedOut() throws Exception {
    String path = map("racing");
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<Integer>> codes = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        String key = "k" + i;
        codes.add(
            writers.submit(() ->
                server
                    .patch("merge", path + "?fieldManager=" + key, "{data: {" + key + ": x}}")
                    .code()));
      }
      for (Future<Integer> code : codes) {
        assertEquals(200, code.get());
      }
    }
    JsonNode object = server.get(path).json();
    assertEquals(2 + WRITERS, object.path("data").size());
    assertEquals(UPDATERS_MAX, object.path("metadata").path("managedFields").size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // merge by key, order of the patch, deletion by key
        "containers: [{name: two, image: 'two:1'}]                    | [two:1, one:1]",
        "containers: [{name: one, image: 'one:2'}]                    | [one:2]",
        "containers: [{$patch: replace}, {name: x, image: 'x:1'}]     | [x:1]",
        "containers: [{name: two, image: 't'}, {name: one, $patch: delete}] | [t]",
        "$setElementOrder/containers: [{name: one}, {name: two}], containers: [{name: two, image: 't'}]"
            + " | [one:1, t]"
      })
  void strategicMerge_directives_actOnContainers(String spec, String images) {
    String name = "smp" + Math.abs(spec.hashCode());
    String path = "/apis/apps/v1/namespaces/default/deployments";
    Answer made =
        server.post(
            path,
            "{metadata: {name: "
                + name
                + "}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}},"
                + " spec: {containers: [{name: one, image: 'one:1'}]}}}}");
    assertEquals(201, made.code(), made.text());
    Answer patched =
        server.patch(
            "strategic-merge", path + "/" + name, "{spec: {template: {spec: {" + spec + "}}}}");
    assertEquals(200, patched.code(), patched.text());
    List<String> found = new ArrayList<>();
    patched
        .json()
        .at("/spec/template/spec/containers")
        .forEach(c -> found.add(c.path("image").asText()));
    assertEquals(images, found.toString());
  }

  @Test
  void strategicMerge_primitiveListAndRetainKeys_followTheirDirectives() {
    server.post(
        MAPS, "{metadata: {name: finalized, finalizers: [a/a, b/b]}, data: {a: '1', b: '2'}}");
    Answer patched =
        server.patch(
            "strategic-merge",
            MAPS + "/finalized",
            "{metadata: {$deleteFromPrimitiveList/finalizers: [a/a]}, data: {$retainKeys: [b], b: '3'}}");
    assertEquals(200, patched.code(), patched.text());
    assertEquals("[\"b/b\"]", patched.json().at("/metadata/finalizers").toString());
    assertEquals("{\"b\":\"3\"}", patched.json().path("data").toString());
    Answer wrong = server.patch("strategic-merge", MAPS + "/finalized", "{data: {$retainKeys: a}}");
    assertEquals(400, wrong.code());
    assertEquals("invalid patch format of retainKeys", wrong.message());
    server.patch("merge", MAPS + "/finalized", "{metadata: {finalizers: null}}");
  }

  @Test
  void patch_statusSubresource_touchesOnlyTheStatus() {
    Answer made =
        server.post(PODS, "{metadata: {name: p}, spec: {containers: [{name: a, image: 'a:1'}]}}");
    if (made.code() == 403) {
      // The account that admission waits for comes from a controller; none runs here.
      server.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: default}}");
      made =
          server.post(PODS, "{metadata: {name: p}, spec: {containers: [{name: a, image: 'a:1'}]}}");
    }
    assertEquals(201, made.code(), made.text());
    Answer patched =
        server.patch(
            "strategic-merge",
            PODS + "/p/status",
            "{spec: {nodeName: node1}, status: {message: hello, conditions: [{type: Ready, status: 'True'}]}}");
    assertEquals(200, patched.code(), patched.text());
    assertEquals("hello", patched.json().at("/status/message").asText());
    assertTrue(patched.json().at("/spec/nodeName").isMissingNode());
    assertEquals(Json.text("Pending"), patched.json().at("/status/phase"));
  }
}
