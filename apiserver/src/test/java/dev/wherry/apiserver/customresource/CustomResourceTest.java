package dev.wherry.apiserver.customresource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Definitions and their objects, over HTTP against a whole server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CustomResourceTest {

  private ServerFixture server;
  private Definitions definitions;

  @BeforeAll
  void start(@TempDir Path data) throws InterruptedException {
    server = ServerFixture.start(data);
    definitions = new Definitions(server);
    definitions.create(Definitions.WIDGETS);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static final String BASE = "/apis/example.com/v1/namespaces/default/widgets";

  private static String widget(String name, String spec) {
    return """
    {apiVersion: example.com/v1, kind: Widget, metadata: {name: %s}, spec: %s}\
    """
        .formatted(name, spec);
  }

  @Test
  void create_ofDefinedKind_defaultsAndPrunes() {
    var answer = server.post(BASE, widget("first", "{size: 3, unknown: 1, nested: {a: b}}"));
    assertEquals(201, answer.code(), answer.text());
    JsonNode spec = answer.json().path("spec");
    assertEquals("red", spec.path("color").asText());
    assertEquals("Always", spec.path("nested").path("policy").asText());
    assertFalse(spec.has("unknown"), answer.text());
    assertEquals(1, answer.json().path("metadata").path("generation").asInt());
    assertEquals(200, server.get(BASE + "/first").code());
  }

  /** Operators have names of their own making; only the core's kinds insist on qualified ones. */
  @Test
  void finalizer_withoutADomain_isTakenOfCustomKindsOnly() {
    String finalizers = "{name: held, finalizers: [test-finalizer]}";
    var custom =
        server.post(
            BASE,
            "{metadata: %s, spec: {size: 1}, kind: Widget, apiVersion: example.com/v1}"
                .formatted(finalizers));
    assertEquals(201, custom.code(), custom.text());
    var core =
        server.post(
            "/api/v1/namespaces/default/configmaps", "{metadata: %s}".formatted(finalizers));
    assertEquals(422, core.code(), core.text());
    assertTrue(core.message().contains("nor is it fully qualified"), core.message());
  }

  @Test
  void create_withUnknownField_warnsOrRefuses() {
    var warned = server.post(BASE, widget("warned", "{size: 1, foo: 1}"));
    assertTrue(
        warned.header("Warning").contains("unknown field \\\"spec.foo\\\""),
        warned.header("Warning"));
    var refused =
        server.post(BASE + "?fieldValidation=Strict", widget("strict", "{size: 1, foo: 1}"));
    assertEquals(400, refused.code());
    assertTrue(
        refused.message().contains("strict decoding error: unknown field \"spec.foo\""),
        refused.message());
  }

  @Test
  void create_ofWrongShape_tellsEachMistakeInUpstreamsWords() {
    var answer = server.post(BASE, widget("bad", "{size: abc, color: pink}"));
    assertEquals(422, answer.code());
    assertEquals(
        "Widget.example.com \"bad\" is invalid: [spec.size: Invalid value: \"string\": spec.size in"
            + " body must be of type integer: \"string\", spec.color: Unsupported value: \"pink\":"
            + " supported values: \"red\", \"green\"]",
        answer.message());
    var required = server.post(BASE, widget("bad", "{}"));
    assertEquals(
        "Widget.example.com \"bad\" is invalid: spec.size: Required value", required.message());
    var twice = server.post(BASE, widget("bad", "{size: 1, parts: [{name: a}, {name: a}]}"));
    assertEquals(
        "Widget.example.com \"bad\" is invalid: spec.parts[1]: Duplicate value: {\"name\":\"a\"}",
        twice.message());
  }

  @Test
  void put_withoutRevision_isRefused() {
    server.post(BASE, widget("unconditional", "{size: 1}"));
    var answer = server.put(BASE + "/unconditional", widget("unconditional", "{size: 2}"));
    assertEquals(422, answer.code());
    assertEquals(404, server.put(BASE + "/absent", widget("absent", "{size: 2}")).code());
  }

  @Test
  void patch_ofSpec_raisesGenerationAndLeavesStatus() {
    server.post(BASE, widget("patched", "{size: 1}"));
    var status =
        server.patch("merge", BASE + "/patched/status", "{status: {ready: 2}, spec: {size: 9}}");
    assertEquals(200, status.code(), status.text());
    assertEquals(1, status.json().path("spec").path("size").asInt());
    assertEquals(2, status.json().path("status").path("ready").asInt());
    assertEquals(1, status.json().path("metadata").path("generation").asInt());
    var spec = server.patch("merge", BASE + "/patched", "{spec: {size: 4}, status: {ready: 7}}");
    assertEquals(2, spec.json().path("metadata").path("generation").asInt());
    assertEquals(2, spec.json().path("status").path("ready").asInt());
    var strategic = server.patch("strategic-merge", BASE + "/patched", "{spec: {size: 4}}");
    assertEquals(415, strategic.code());
  }

  @Test
  void scale_ofObject_readsAndWritesTheDeclaredPaths() {
    server.post(BASE, widget("scaled", "{size: 3}"));
    var scale = server.get(BASE + "/scaled/scale");
    assertEquals("autoscaling/v1", scale.json().path("apiVersion").asText(), scale.text());
    assertEquals(3, scale.json().path("spec").path("replicas").asInt());
    var patched = server.patch("merge", BASE + "/scaled/scale", "{spec: {replicas: 5}}");
    assertEquals(200, patched.code(), patched.text());
    assertEquals(5, server.get(BASE + "/scaled").json().path("spec").path("size").asInt());
  }

  @Test
  void list_asTable_showsDeclaredColumns() {
    server.post(BASE, widget("shown", "{size: 3, color: green}"));
    var table =
        server.get(BASE + "/shown", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
    JsonNode row = table.json().path("rows").path(0).path("cells");
    assertEquals("shown", row.path(0).asText());
    assertEquals(3, row.path(1).asInt());
    assertEquals("green", row.path(2).asText());
    assertEquals("Size", table.json().path("columnDefinitions").path(1).path("name").asText());
  }

  @Test
  void list_bySelectableField_findsMatchingObjects() {
    server.post(BASE, widget("picked", "{size: 7, color: green}"));
    var found = server.get(BASE + "?fieldSelector=spec.size%3D7");
    assertEquals(200, found.code(), found.text());
    assertEquals(1, found.json().path("items").size(), found.text());
    assertEquals(400, server.get(BASE + "?fieldSelector=spec.color%3Dred").code());
  }

  @Test
  void discovery_namesTheKindWithShortNamesAndSubresources() {
    var list = server.get("/apis/example.com/v1");
    assertEquals(200, list.code(), list.text());
    JsonNode first = list.json().path("resources").path(0);
    assertEquals("widgets", first.path("name").asText());
    assertEquals("wd", first.path("shortNames").path(0).asText());
    assertEquals(3, list.json().path("resources").size());
    assertTrue(server.get("/apis").text().contains("example.com"));
  }

  @Test
  void delete_ofDefinition_takesObjectsAlong() {
    definitions.create(Definitions.WIDGETS.replace("idget", "adget").replace("[wd]", "[gd]"));
    String gadgets = BASE.replace("widgets", "wadgets");
    var made = server.post(gadgets, widget("gone", "{size: 1}").replace("Widget", "Wadget"));
    assertEquals(201, made.code(), made.text());
    var deleted =
        server.delete(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/wadgets.example.com");
    assertEquals(200, deleted.code(), deleted.text());
    definitions.awaitGone("wadgets.example.com");
    definitions.await(() -> server.get(gadgets).code() == 404);
    definitions.create(Definitions.WIDGETS.replace("idget", "adget").replace("[wd]", "[gd]"));
    assertEquals(0, server.get(gadgets).json().path("items").size());
  }

  @Test
  void definitions_haveApiServices_thatGoWithTheLast() {
    String path = "/apis/apiregistration.k8s.io/v1/apiservices/";
    assertEquals(
        17800, server.get(path + "v1.apps").json().at("/spec/groupPriorityMinimum").asInt());
    String other = Definitions.WIDGETS.replace("example.com", "served.example.org");
    definitions.create(other);
    String name = path + "v1.served.example.org";
    definitions.await(() -> server.get(name).code() == 200);
    JsonNode service = server.get(name).json();
    assertEquals("Local", service.at("/status/conditions/0/reason").asText(), service.toString());
    assertEquals(200, server.delete(name).code());
    definitions.await(() -> server.get(name).code() == 200);
    assertEquals(200, server.delete(Definitions.PATH + "/widgets.served.example.org").code());
    definitions.await(() -> server.get(name).code() == 404);
  }

  @Test
  void create_inCommunityGroup_tellsWhetherItIsApproved() {
    definitions.create(
        Definitions.WIDGETS
            .replace(
                "{name: widgets.example.com}",
                "{name: widgets.x.k8s.io,"
                    + " annotations: {api-approved.kubernetes.io: unapproved-here}}")
            .replace("example.com", "x.k8s.io"));
    JsonNode condition =
        definitions.condition("widgets.x.k8s.io", "KubernetesAPIApprovalPolicyConformant");
    assertEquals("False", condition.path("status").asText());
    assertEquals("UnapprovedAnnotation", condition.path("reason").asText());
    assertEquals("not approved: \"unapproved-here\"", condition.path("message").asText());
  }

  @Test
  void create_withTakenNames_isNotEstablished() {
    String other =
        Definitions.WIDGETS
            .replace("widgets.example.com", "others.example.com")
            .replace("plural: widgets", "plural: others")
            .replace("singular: widget", "singular: other");
    assertEquals(201, server.post(Definitions.PATH, other).code());
    definitions.await(
        () -> definitions.condition("others.example.com", "NamesAccepted").has("status"));
    JsonNode names = definitions.condition("others.example.com", "NamesAccepted");
    assertEquals("False", names.path("status").asText());
    assertEquals("ListKindConflict", names.path("reason").asText());
    assertEquals(
        "NotAccepted",
        definitions.condition("others.example.com", "Established").path("reason").asText());
    assertEquals(404, server.get("/apis/example.com/v1/others").code());
  }

  @Test
  void apply_byTwoManagers_mergesListsByKey() {
    String path = BASE + "/applied?fieldManager=";
    String type = "application/apply-patch+yaml";
    byte[] one = widget("applied", "{size: 1, parts: [{name: a}]}").getBytes(UTF_8);
    byte[] two = widget("applied", "{parts: [{name: b}]}").getBytes(UTF_8);
    assertEquals(201, server.send("PATCH", path + "one", one, "Content-Type", type).code());
    var second = server.send("PATCH", path + "two", two, "Content-Type", type);
    assertEquals(200, second.code(), second.text());
    assertEquals(2, second.json().at("/spec/parts").size(), second.text());
    byte[] conflict = widget("applied", "{size: 2}").getBytes(UTF_8);
    assertEquals(409, server.send("PATCH", path + "two", conflict, "Content-Type", type).code());
  }

  @Test
  void openApi_describesTheKindInBothVersions() {
    String v3 = server.get("/openapi/v3/apis/example.com/v1").text();
    assertTrue(v3.contains("\"com.example.v1.Widget\""), v3);
    JsonNode widget =
        server.get("/openapi/v3/apis/example.com/v1").json().path("components").path("schemas");
    JsonNode spec = widget.path("com.example.v1.Widget").path("properties").path("spec");
    assertEquals(10, spec.at("/properties/size/maximum").asInt());
    JsonNode v2 = server.get("/openapi/v2").json().path("definitions");
    assertEquals(
        "Widget", v2.at("/com.example.v1.Widget/x-kubernetes-group-version-kind/0/kind").asText());
    assertTrue(v2.has("com.example.v1.WidgetList"));
  }

  @Test
  void get_inAnotherVersion_isRenamedAndDefaulted() {
    String two =
        Definitions.WIDGETS.replace("idget", "ersion").replace("[wd]", "[vs]")
            + """
              - name: v2
                served: true
                storage: false
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec:
                        type: object
                        properties:
                          size: {type: integer}
                          added: {type: string, default: new}
            """;
    definitions.create(two);
    String v1 = BASE.replace("widgets", "wersions");
    var made = server.post(v1, widget("both", "{size: 3}").replace("Widget", "Wersion"));
    assertEquals(201, made.code(), made.text());
    JsonNode other = server.get(v1.replace("/v1/", "/v2/") + "/both").json();
    assertEquals("example.com/v2", other.path("apiVersion").asText());
    assertEquals("new", other.at("/spec/added").asText());
    assertFalse(other.path("spec").has("color"), "a field that the version does not have");
    assertEquals("red", server.get(v1 + "/both").json().at("/spec/color").asText());
  }
}
