package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture.Answer;
import dev.wherry.model.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Paging, revisions and watches as conformance chunking.go and watch.go look at them. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ListSemanticsTest {
  private static final int TEMPLATES = 40;
  private static final String ALL = "/api/v1/namespaces/default/podtemplates";
  @TempDir static Path data;
  private static ServerFixture server;

  @BeforeAll
  static void start() throws InterruptedException {
    server = ServerFixture.start(data);
    for (int i = 0; i < TEMPLATES; i++) {
      create("template-%02d".formatted(i));
    }
  }

  private static JsonNode create(String name) {
    Answer answer =
        server.post(
            ALL,
            "{metadata: {name: %s, labels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}"
                .formatted(name));
    assertEquals(201, answer.code(), answer.text());
    return answer.json();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String next(JsonNode list) {
    return list.at("/metadata/continue").asText();
  }

  private static String revision(JsonNode list) {
    return list.at("/metadata/resourceVersion").asText();
  }

  @Test
  void list_inPages_countsWhatRemainsAtOneRevision() {
    JsonNode page = server.get(ALL + "?limit=17").json();
    String first = revision(page);
    List<String> names = new ArrayList<>();
    create("between-pages");
    while (true) {
      page.path("items").forEach(item -> names.add(item.at("/metadata/name").asText()));
      assertEquals(first, revision(page));
      if (next(page).isEmpty()) {
        assertFalse(page.path("metadata").has("remainingItemCount"));
        break;
      }
      int known = names.size() + page.at("/metadata/remainingItemCount").asInt();
      assertTrue(known >= TEMPLATES, "known " + known);
      page = server.get(ALL + "?limit=17&continue=" + next(page)).json();
    }
    assertFalse(names.contains("between-pages"));
    assertEquals(names.stream().sorted().distinct().toList(), names);
    assertEquals(200, server.delete(ALL + "/between-pages").code());
    JsonNode selected = server.get(ALL + "?limit=1&labelSelector=a%3Db").json();
    assertFalse(selected.path("metadata").has("remainingItemCount"));
    assertFalse(next(selected).isEmpty());
  }

  @Test
  void list_expiredToken_goesOnByAnInconsistentOne() {
    JsonNode page = server.get(ALL + "?limit=10").json();
    String token = next(page);
    create("zz-later");
    long now = server.store().currentRevision();
    server.store().compact(now);
    create("zz-latest");
    server.store().compact(server.store().currentRevision());
    Answer expired = server.get(ALL + "?limit=10&continue=" + token);
    assertEquals(410, expired.code(), expired.text());
    assertEquals("Expired", expired.json().path("reason").asText());
    String inconsistent = next(expired.json());
    assertFalse(inconsistent.isEmpty());
    JsonNode rest = server.get(ALL + "?limit=10&continue=" + inconsistent).json();
    assertNotEquals(revision(page), revision(rest));
    String before = page.at("/items/9/metadata/name").asText();
    String behind = rest.at("/items/0/metadata/name").asText();
    assertTrue(before.compareTo(behind) < 0, behind + " lies behind " + before);
    JsonNode last = server.get(ALL + "?limit=100&continue=" + next(rest)).json();
    assertEquals(revision(rest), revision(last), "consistent again from here on");
    Answer old = server.get(ALL + "?resourceVersionMatch=Exact&resourceVersion=" + revision(page));
    assertEquals(410, old.code());
    assertEquals(200, server.delete(ALL + "/zz-later").code());
    assertEquals(200, server.delete(ALL + "/zz-latest").code());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resourceVersionMatch=Exact|422|resourceVersionMatch: Forbidden: resourceVersionMatch is"
            + " forbidden unless resourceVersion is provided",
        "resourceVersionMatch=Exact&resourceVersion=0|422|resourceVersionMatch: Forbidden:"
            + " resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
        "resourceVersionMatch=Bad&resourceVersion=1|422|resourceVersionMatch: Unsupported value:"
            + " \"Bad\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
        "sendInitialEvents=true|422|sendInitialEvents: Forbidden: sendInitialEvents is forbidden"
            + " for list",
        "watch=1&sendInitialEvents=true|422|resourceVersionMatch: Forbidden: sendInitialEvents"
            + " requires setting resourceVersionMatch to NotOlderThan",
        "watch=1&resourceVersionMatch=NotOlderThan|422|resourceVersionMatch: Forbidden:"
            + " resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
        "continue=x|400|invalid continue token: continue key is not valid",
        "limit=many|400|strconv.ParseInt: parsing \"many\": invalid syntax",
        "labelSelector=a%20b%20c|400|",
        "fieldSelector=spec.bogus%3D1|400|is not a known field selector: only \"metadata.name\","
            + " \"metadata.namespace\"",
        "resourceVersion=x|400|invalid resource version: resourceVersion: Invalid value: \"x\":",
        "resourceVersion=999999999|504|Timeout: Too large resource version: 999999999, current:"
      })
  void list_wrongOptions_areRefused(String query, int code, String message) {
    Answer answer = server.get(ALL + "?" + query);
    assertEquals(code, answer.code(), answer.text());
    assertTrue(message == null || answer.message().contains(message), answer.message());
  }

  @Test
  void list_anyRevision_isWhole() {
    assertTrue(next(server.get(ALL + "?limit=5&resourceVersion=0").json()).isEmpty());
    String now = revision(server.get(ALL).json());
    JsonNode exact = server.get(ALL + "?limit=5&resourceVersion=" + now).json();
    assertEquals(now, revision(exact));
    assertEquals(5, exact.path("items").size());
  }

  @Test
  void watch_forgottenRevision_isOneErrorEvent(@TempDir Path own) throws Exception {
    String maps = "/api/v1/namespaces/default/configmaps";
    try (ServerFixture first = ServerFixture.start(own)) {
      first.post(maps, "{metadata: {name: a}}");
      first.store().compact(first.store().currentRevision());
    }
    try (ServerFixture second = ServerFixture.start(own)) {
      Answer watch = second.get(maps + "?watch=1&timeoutSeconds=1&resourceVersion=1");
      assertEquals(200, watch.code());
      JsonNode event = Json.parse(watch.text().lines().findFirst().orElseThrow());
      assertEquals("ERROR", event.path("type").asText());
      assertEquals(410, event.at("/object/code").asInt());
      assertEquals("Expired", event.at("/object/reason").asText());
    }
  }

  @Test
  void watch_initialEvents_endInABookmarkOfItsForm() {
    String query =
        ALL
            + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            + "&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dtemplate-00";
    List<JsonNode> plain = server.lines(query, 2).stream().map(Json::parse).toList();
    assertEquals("ADDED", plain.get(0).path("type").asText());
    assertEquals("BOOKMARK", plain.get(1).path("type").asText());
    assertEquals("PodTemplate", plain.get(1).at("/object/kind").asText());
    assertEquals(
        "true",
        plain.get(1).at("/object/metadata/annotations/k8s.io~1initial-events-end").asText());
    List<JsonNode> partial =
        server
            .lines(
                query,
                2,
                "Accept",
                "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json")
            .stream()
            .map(Json::parse)
            .toList();
    for (JsonNode event : partial) {
      assertEquals("PartialObjectMetadata", event.at("/object/kind").asText());
      assertEquals("meta.k8s.io/v1", event.at("/object/apiVersion").asText());
      assertFalse(event.path("object").has("template"));
    }
    List<JsonNode> table =
        server.lines(query, 1, "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").stream()
            .map(Json::parse)
            .toList();
    assertEquals("Table", table.getFirst().at("/object/kind").asText());
    assertEquals("template-00", table.getFirst().at("/object/rows/0/cells/0").asText());
  }

  @Test
  void create_generatedNames_areTriedAnew() {
    Answer answer =
        server.post("/api/v1/namespaces/default/configmaps", "{metadata: {generateName: made-}}");
    assertTrue(answer.json().at("/metadata/name").asText().matches("made-[a-z0-9]{5}"));
  }
}
