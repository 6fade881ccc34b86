package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture.Answer;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.schema.Protobuf;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stored kind of v1.36 through every verb it has, over real HTTP. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EveryKindTest {
  private static final String TABLE =
      "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  private static final String PARTIAL =
      "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
  private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
  @TempDir static Path data;
  private static ServerFixture server;
  private static MinimalObjects minimal;

  @BeforeAll
  static void start() throws Exception {
    server = ServerFixture.start(data);
    server.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: default}}");
    minimal = MinimalObjects.read();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<ResourceInfo> kinds() {
    return BuiltinKinds.all().stream()
        .filter(info -> info.verbs().contains("create") && !KindRegistry.isVirtual(info.kind()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void walk_kind_everyVerbAnswers(ResourceInfo info) {
    KindInfo kind = info.kind();
    ObjectNode smallest = minimal.of(kind).orElseThrow();
    String all = kind.path(kind.namespaced() ? "default" : "", "");
    String one = all + "/" + smallest.at("/metadata/name").asText();
    Answer created = server.send("POST", all, Json.write(smallest));
    assertEquals(201, created.code(), created.text());
    JsonNode object = settled(kind, one, created.json());
    assertEquals(kind.apiVersion(), object.path("apiVersion").asText());
    assertEquals(kind.kind(), object.path("kind").asText());
    assertEquals(object, server.get(one).json());
    String revision = object.at("/metadata/resourceVersion").asText();
    read(kind, all, one, object);
    patch(kind, one);
    watch(kind, all, revision);
    subresources(info, one);
    remove(info, all, one, smallest);
  }

  /** Some kinds have a status that the server writes, soon after. */
  private static JsonNode settled(KindInfo kind, String one, JsonNode created) {
    JsonNode object = created;
    while (!isSettled(kind, object)) {
      object = server.get(one).json();
    }
    return object;
  }

  private static boolean isSettled(KindInfo kind, JsonNode object) {
    return switch (kind.plural()) {
      case "customresourcedefinitions" -> object.at("/status/conditions").size() >= 2;
      case "flowschemas" -> object.at("/status/conditions").size() >= 1;
      case "resourcequotas" -> object.at("/status/hard").isObject();
      case "validatingadmissionpolicies" -> object.at("/status/typeChecking").isObject();
      default -> true;
    };
  }

  private static void read(KindInfo kind, String all, String one, JsonNode object) {
    JsonNode list = server.get(all).json();
    assertEquals(kind.kind() + "List", list.path("kind").asText());
    assertEquals(kind.apiVersion(), list.path("apiVersion").asText());
    assertTrue(
        Stream.iterate(0, i -> i < list.path("items").size(), i -> i + 1)
            .anyMatch(i -> list.path("items").get(i).equals(object)),
        list.toString());
    String selected =
        all + "?fieldSelector=metadata.name%3D" + one.substring(one.lastIndexOf('/') + 1);
    assertEquals(1, server.get(selected).json().path("items").size());
    assertEquals(400, server.get(all + "?fieldSelector=no.such%3Dx").code());
    Answer table = server.get(all, "Accept", TABLE);
    assertEquals("Table", table.json().path("kind").asText(), table.text());
    int columns = table.json().path("columnDefinitions").size();
    assertEquals(columns, table.json().at("/rows/0/cells").size());
    Answer partial = server.get(all, "Accept", PARTIAL);
    assertEquals("PartialObjectMetadata", partial.json().at("/items/0/kind").asText());
    assertTrue(partial.header("Content-Type").contains("as=PartialObjectMetadataList"));
    assertEquals(object, ServerFixture.yaml(server.get(one, "Accept", "application/yaml").text()));
    if (kind.group().equals("apiregistration.k8s.io")) {
      assertEquals(406, server.get(one, "Accept", PROTOBUF).code());
    } else {
      Answer proto = server.get(one, "Accept", PROTOBUF);
      assertEquals(PROTOBUF, proto.header("Content-Type"));
      assertEquals(withoutNulls(object), withoutNulls(Protobuf.decode(proto.http().body())));
      assertEquals(200, server.get(all, "Accept", PROTOBUF).code());
    }
  }

  /** Protobuf has no null and cannot tell an empty list or map from none. */
  private static JsonNode withoutNulls(JsonNode tree) {
    if (tree instanceof ObjectNode object) {
      ObjectNode kept = Json.object();
      object
          .properties()
          .forEach(e -> {
            JsonNode value = withoutNulls(e.getValue());
            if (!value.isNull() && !(value.isArray() && value.isEmpty())) {
              kept.set(e.getKey(), value);
            }
          });
      return kept;
    }
    if (tree.isArray()) {
      var kept = Json.array();
      tree.forEach(item -> kept.add(withoutNulls(item)));
      return kept;
    }
    return tree;
  }

  private static void patch(KindInfo kind, String one) {
    Answer merged = server.patch("merge", one, "{metadata: {labels: {walk: one}}}");
    assertEquals(200, merged.code(), merged.text());
    Answer strategic = server.patch("strategic-merge", one, "{metadata: {labels: {walk: two}}}");
    assertEquals("two", strategic.json().at("/metadata/labels/walk").asText(), strategic.text());
    Answer json =
        server.patch("json", one, "[{op: replace, path: /metadata/labels/walk, value: three}]");
    assertEquals("three", json.json().at("/metadata/labels/walk").asText(), json.text());
    JsonNode now = server.get(one).json();
    assertEquals(kind.apiVersion(), now.path("apiVersion").asText());
    Answer put = server.send("PUT", one, Json.write(now));
    assertEquals(200, put.code(), put.text());
    assertEquals(now, put.json(), "what is put back as it was changes nothing");
    Answer dry = server.patch("merge", one + "?dryRun=All", "{metadata: {labels: {walk: dry}}}");
    assertEquals(200, dry.code(), dry.text());
    assertEquals("three", server.get(one).json().at("/metadata/labels/walk").asText());
    ((ObjectNode) now.path("metadata")).put("resourceVersion", "1");
    assertEquals(409, server.send("PUT", one, Json.write(now)).code());
  }

  private static void watch(KindInfo kind, String all, String revision) {
    String since = all + "?watch=1&resourceVersion=" + revision;
    List<JsonNode> events =
        server.lines(since + "&labelSelector=walk", 3).stream().map(Json::parse).toList();
    assertEquals(
        List.of("ADDED", "MODIFIED", "MODIFIED"),
        events.stream().map(e -> e.path("type").asText()).limit(3).toList());
    assertEquals(kind.apiVersion(), events.getFirst().at("/object/apiVersion").asText());
  }

  private static void subresources(ResourceInfo info, String one) {
    for (ResourceInfo.Subresource sub : info.subresources()) {
      boolean plain = List.of("status", "scale", "approval").contains(sub.name());
      if (!plain) {
        continue;
      }
      Answer got = server.get(one + "/" + sub.name());
      assertEquals(200, got.code(), got.text());
      assertEquals(sub.body().kind(), got.json().path("kind").asText());
      Answer put = server.send("PUT", one + "/" + sub.name(), got.http().body());
      assertEquals(200, put.code(), put.text());
      Answer patched =
          server.patch(
              "merge",
              one + "/" + sub.name(),
              "{metadata: {annotations: {a: " + sub.name() + "}}}");
      assertEquals(200, patched.code(), patched.text());
    }
  }

  private static void remove(ResourceInfo info, String all, String one, ObjectNode minimal) {
    Answer dry = server.delete(one + "?dryRun=All");
    assertEquals(200, dry.code(), dry.text());
    assertEquals(200, server.get(one).code());
    // Some kinds wait for their dependents to be orphaned unless told otherwise.
    Answer deleted = server.delete(one + "?propagationPolicy=Background");
    assertEquals(200, deleted.code(), deleted.text());
    if (info.kind().resource().equals("namespaces")) {
      assertEquals("Terminating", server.get(one).json().at("/status/phase").asText());
      return;
    }
    if (info.kind().plural().equals("customresourcedefinitions")) {
      return;
    }
    if (info.kind().plural().startsWith("persistentvolume")) {
      assertTrue(server.get(one).json().at("/metadata/deletionTimestamp").isTextual());
      Answer released = server.patch("merge", one, "{metadata: {finalizers: null}}");
      assertEquals(200, released.code(), released.text());
      assertEquals(404, server.get(one).code());
      return;
    }
    assertEquals(404, server.get(one).code());
    assertEquals(201, server.send("POST", all, Json.write(minimal)).code());
    Answer collection =
        server.delete(
            all
                + "?propagationPolicy=Background&fieldSelector=metadata.name%3D"
                + minimal.at("/metadata/name").asText());
    assertEquals(200, collection.code(), collection.text());
    assertEquals(404, server.get(one).code());
    assertFalse(server.get(all).text().contains("\"continue\""));
  }
}
