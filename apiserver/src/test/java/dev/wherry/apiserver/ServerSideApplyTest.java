package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ServerFixture.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Server-side apply over HTTP; the rules are those of upstream's integration tests
 * (test/integration/apiserver/apply/apply_test.go, KEP-555).
 */
class ServerSideApplyTest {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

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

  private static Answer apply(String path, String manager, String yaml) {
    return applyWith(path, "fieldManager=" + manager, yaml);
  }

  private static Answer applyWith(String path, String query, String yaml) {
    return server.send(
        "PATCH",
        path + "?" + query,
        yaml.getBytes(StandardCharsets.UTF_8),
        "Content-Type",
        "application/apply-patch+yaml");
  }

  private static String map(String name, String data) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: " + data + "}";
  }

  private static String deployment(String name, String spec) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %s, labels: {app: a}}
    spec:
      %s
      selector: {matchLabels: {app: a}}
      template:
        metadata: {labels: {app: a}}
        spec:
          containers:
          - {name: one, image: "one:1"}
    """
        .formatted(name, spec);
  }

  private static JsonNode entry(JsonNode object, String manager) {
    for (JsonNode entry : object.path("metadata").path("managedFields")) {
      if (entry.path("manager").asText().equals(manager)) {
        return entry;
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  @Test
  void apply_missingObject_createsItOwnedByTheApplier() {
    Answer made = apply(MAPS + "/made", "me", map("made", "{a: '1'}"));
    assertEquals(201, made.code(), made.text());
    JsonNode entry = entry(made.json(), "me");
    assertEquals("Apply", entry.path("operation").asText());
    assertEquals("{\"f:data\":{\"f:a\":{}}}", entry.path("fieldsV1").toString());
    assertEquals("v1", entry.path("apiVersion").asText());
    assertEquals("FieldsV1", entry.path("fieldsType").asText());
    assertFalse(entry.path("time").asText().isEmpty());
  }

  @Test
  void apply_sameAgain_changesNothing() {
    apply(MAPS + "/same", "me", map("same", "{a: '1'}"));
    JsonNode first = server.get(MAPS + "/same").json();
    Answer again = apply(MAPS + "/same", "me", map("same", "{a: '1'}"));
    assertEquals(200, again.code());
    assertEquals(first, again.json());
  }

  @Test
  void apply_fieldOfAnother_isAConflictWithCauses() {
    apply(MAPS + "/conflict", "first", map("conflict", "{a: '1', b: '1'}"));
    Answer refused = apply(MAPS + "/conflict", "second", map("conflict", "{a: '2', c: '1'}"));
    assertEquals(409, refused.code(), refused.text());
    assertEquals("Conflict", refused.json().path("reason").asText());
    assertEquals(
        "Apply failed with 1 conflict: conflict with \"first\": .data.a", refused.message());
    JsonNode cause = refused.json().path("details").path("causes").path(0);
    assertEquals("FieldManagerConflict", cause.path("reason").asText());
    assertEquals("conflict with \"first\"", cause.path("message").asText());
    assertEquals(".data.a", cause.path("field").asText());
  }

  @Test
  void apply_severalConflicts_namesEveryManager() {
    server.send(
        "POST",
        MAPS + "?fieldManager=maker",
        map("several", "{a: '1', b: '1'}").getBytes(StandardCharsets.UTF_8),
        "Content-Type",
        "application/yaml");
    applyWith(MAPS + "/several", "fieldManager=taker&force=true", map("several", "{a: '2'}"));
    Answer refused = apply(MAPS + "/several", "third", map("several", "{a: '3', b: '3'}"));
    assertEquals(409, refused.code());
    assertEquals(
        "Apply failed with 2 conflicts: conflicts with \"maker\" using v1:\n- .data.b\n"
            + "conflicts with \"taker\":\n- .data.a",
        refused.message());
  }

  @Test
  void apply_force_takesTheField() {
    apply(MAPS + "/force", "first", map("force", "{a: '1', b: '1'}"));
    Answer forced =
        applyWith(MAPS + "/force", "fieldManager=second&force=true", map("force", "{a: '2'}"));
    assertEquals(200, forced.code(), forced.text());
    assertEquals("2", forced.json().path("data").path("a").asText());
    assertEquals(
        "{\"f:data\":{\"f:b\":{}}}", entry(forced.json(), "first").path("fieldsV1").toString());
    assertEquals(
        "{\"f:data\":{\"f:a\":{}}}", entry(forced.json(), "second").path("fieldsV1").toString());
  }

  @Test
  void apply_sameValueAsAnother_sharesTheField() {
    apply(MAPS + "/shared", "first", map("shared", "{a: '1'}"));
    Answer shared = apply(MAPS + "/shared", "second", map("shared", "{a: '1'}"));
    assertEquals(200, shared.code(), shared.text());
    apply(MAPS + "/shared", "first", map("shared", "{}"));
    assertEquals("1", server.get(MAPS + "/shared").json().path("data").path("a").asText());
    Answer last = apply(MAPS + "/shared", "second", map("shared", "{}"));
    assertTrue(last.json().path("data").path("a").isMissingNode(), last.text());
  }

  @Test
  void apply_fieldLeftOut_removesWhatOnlyTheApplierOwned() {
    apply(MAPS + "/removed", "me", map("removed", "{a: '1', b: '1'}"));
    server.patch("merge", MAPS + "/removed?fieldManager=other", "{data: {c: '1'}}");
    Answer left = apply(MAPS + "/removed", "me", map("removed", "{a: '1'}"));
    assertEquals("{\"a\":\"1\",\"c\":\"1\"}", left.json().path("data").toString());
  }

  @Test
  void apply_containersOfTwoManagers_mergeByName() {
    String path = DEPLOYMENTS + "/merged";
    assertEquals(201, apply(path, "first", deployment("merged", "replicas: 2")).code());
    String second =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: merged}
        spec:
          template:
            spec:
              containers:
              - {name: two, image: "two:1", ports: [{containerPort: 80}]}
        """;
    Answer merged = apply(path, "second", second);
    assertEquals(200, merged.code(), merged.text());
    JsonNode containers =
        merged.json().path("spec").path("template").path("spec").path("containers");
    assertEquals("one", containers.path(0).path("name").asText());
    assertEquals("two", containers.path(1).path("name").asText());
    assertEquals(
        "{\"f:spec\":{\"f:template\":{\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"two\\\"}\":"
            + "{\".\":{},\"f:image\":{},\"f:name\":{},\"f:ports\":{\"k:{\\\"containerPort\\\":80,"
            + "\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},\"f:containerPort\":{}}}}}}}}}",
        entry(merged.json(), "second").path("fieldsV1").toString());
  }

  @Test
  void apply_unknownField_isRefusedByItsPath() {
    Answer refused = apply(DEPLOYMENTS + "/bad", "me", deployment("bad", "unknown: 1"));
    assertEquals(400, refused.code());
    assertEquals(
        "failed to create typed patch object (/bad; apps/v1, Kind=Deployment): .spec.unknown:"
            + " field not declared in schema",
        refused.message());
  }

  @Test
  void apply_badRequests_areRefusedInUpstreamsWords() {
    Answer nameless = applyWith(MAPS + "/x", "", map("x", "{}"));
    assertEquals(422, nameless.code());
    assertEquals(
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for"
            + " apply patch",
        nameless.message());
    Answer forced = server.patch("merge", MAPS + "/x?force=true", "{}");
    assertEquals(422, forced.code());
    Answer longName = apply(MAPS + "/x", "m".repeat(129), map("x", "{}"));
    assertEquals(
        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128"
            + " bytes",
        longName.message());
    Answer otherKind = apply(MAPS + "/x", "me", "{apiVersion: v1, kind: Secret}");
    assertEquals(400, otherKind.code());
    assertEquals("invalid object type: /v1, Kind=Secret", otherKind.message());
    Answer owned =
        apply(
            MAPS + "/x",
            "me",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, managedFields: [{}]}}");
    assertEquals("metadata.managedFields must be nil", owned.message());
  }

  @Test
  void apply_doubledKey_isRefusedWithItsLineWhenStrict() {
    Answer refused =
        applyWith(
            MAPS + "/doubled",
            "fieldManager=me&fieldValidation=Strict",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: doubled\ndata:\n  a: '1'\n  a: '2'\n");
    assertEquals(400, refused.code());
    assertEquals(
        "error strict decoding patch: error converting YAML to JSON: yaml: unmarshal errors:\n"
            + "  line 7: key \"a\" already set in map",
        refused.message());
  }

  @Test
  void create_update_status_haveEntriesOfTheirOwn() {
    Answer made =
        server.send(
            "POST",
            DEPLOYMENTS,
            deployment("tracked", "replicas: 1").getBytes(StandardCharsets.UTF_8),
            "Content-Type",
            "application/yaml",
            "User-Agent",
            "kubectl/v1.32");
    assertEquals(201, made.code(), made.text());
    JsonNode entry = entry(made.json(), "kubectl");
    assertEquals("Update", entry.path("operation").asText());
    JsonNode fields = entry.path("fieldsV1");
    assertEquals("{\".\":{},\"f:app\":{}}", fields.path("f:metadata").path("f:labels").toString());
    assertTrue(fields.path("f:status").isMissingNode());
    JsonNode spec = fields.path("f:spec");
    assertEquals("{}", spec.path("f:selector").toString());
    assertTrue(spec.path(".").isMissingNode());
    assertTrue(spec.path("f:strategy").path(".").isMissingNode(), spec.toString());
    assertTrue(spec.path("f:strategy").path("f:rollingUpdate").has("."), spec.toString());
    JsonNode containers = spec.path("f:template").path("f:spec").path("f:containers");
    assertFalse(containers.has("."));
    assertTrue(containers.path("k:{\"name\":\"one\"}").has("f:image"), containers.toString());

    Answer status =
        server.patch(
            "merge",
            DEPLOYMENTS + "/tracked/status?fieldManager=controller",
            "{status: {replicas: 1}, spec: {replicas: 7}}");
    assertEquals(200, status.code(), status.text());
    JsonNode controller = entry(status.json(), "controller");
    assertEquals("status", controller.path("subresource").asText());
    assertEquals("{\"f:status\":{\"f:replicas\":{}}}", controller.path("fieldsV1").toString());
  }

  @Test
  void reset_oneEmptyEntry_endsTracking() {
    server.post(MAPS + "?fieldManager=me", map("reset", "{a: '1'}"));
    Answer reset = server.patch("merge", MAPS + "/reset", "{metadata: {managedFields: [{}]}}");
    assertEquals(200, reset.code(), reset.text());
    assertFalse(reset.json().path("metadata").has("managedFields"), reset.text());
    server.patch("merge", MAPS + "/reset", "{data: {b: '1'}}");
    assertFalse(server.get(MAPS + "/reset").json().path("metadata").has("managedFields"));
    Answer applied = apply(MAPS + "/reset", "me", map("reset", "{a: '1'}"));
    assertEquals(
        "{\"f:data\":{\".\":{},\"f:a\":{},\"f:b\":{}}}",
        entry(applied.json(), "before-first-apply").path("fieldsV1").toString());
  }

  @Test
  void reset_emptyList_endsTracking() {
    server.post(MAPS + "?fieldManager=me", map("emptied", "{a: '1'}"));
    Answer reset = server.patch("merge", MAPS + "/emptied", "{metadata: {managedFields: []}}");
    assertEquals(200, reset.code(), reset.text());
    assertFalse(reset.json().path("metadata").has("managedFields"), reset.text());
  }

  @Test
  void update_wrongManagedFields_keepsTheOldOnes() {
    server.post(MAPS + "?fieldManager=me", map("wrong", "{a: '1'}"));
    Answer kept =
        server.patch(
            "merge",
            MAPS + "/wrong",
            "{metadata: {managedFields: [{manager: x, operation: Steal, apiVersion: v1}]}}");
    assertEquals(200, kept.code(), kept.text());
    assertTrue(entry(kept.json(), "me").isObject());
    assertTrue(entry(kept.json(), "x").isMissingNode());
  }

  @Test
  void update_ownFieldsAgain_keepsTheSet() {
    server.post(MAPS + "?fieldManager=me", map("again", "{a: '1', b: '1', c: '1'}"));
    server.patch("merge", MAPS + "/again?fieldManager=other", "{data: {b: '2'}}");
    JsonNode object =
        server.patch("merge", MAPS + "/again?fieldManager=me", "{data: {a: '2', c: null}}").json();
    assertEquals(
        "{\"f:data\":{\".\":{},\"f:a\":{}}}", entry(object, "me").path("fieldsV1").toString());
    JsonNode more =
        server.patch("merge", MAPS + "/again?fieldManager=me", "{data: {a: '3'}}").json();
    assertEquals(entry(object, "me").path("fieldsV1"), entry(more, "me").path("fieldsV1"));
    assertEquals("{\"f:data\":{\"f:b\":{}}}", entry(more, "other").path("fieldsV1").toString());
    assertTrue(
        entry(more, "me").path("time").asText().compareTo(entry(object, "me").path("time").asText())
            >= 0);
  }

  @Test
  void update_setsInOtherSpelling_areTheSameSets() {
    server.post(MAPS + "?fieldManager=me", map("spelled", "{a: '1', b: '1'}"));
    JsonNode object = server.get(MAPS + "/spelled").json();
    String spaced = object.toPrettyString().replace("\"f:a\"", "\"f:\\u0061\"");
    Answer same = server.raw("PUT", MAPS + "/spelled?fieldManager=you", spaced);
    assertEquals(object, same.json(), same.text());
    Answer other =
        server.raw(
            "PUT",
            MAPS + "/spelled?fieldManager=you",
            spaced.replace("\"a\" : \"1\"", "\"a\":\"2\""));
    assertEquals(
        "{\"f:data\":{\".\":{},\"f:b\":{}}}",
        entry(other.json(), "me").path("fieldsV1").toString());
    assertEquals(
        "{\"f:data\":{\"f:a\":{}}}", entry(other.json(), "you").path("fieldsV1").toString());
    assertFalse(other.text().contains(" : "), other.text());
  }

  @Test
  void update_moreThanTenManagers_joinsTheOldest() {
    server.post(MAPS + "?fieldManager=m0", map("many", "{k0: '1'}"));
    for (int i = 1; i <= 12; i++) {
      server.patch("merge", MAPS + "/many?fieldManager=m" + i, "{data: {k" + i + ": '1'}}");
    }
    JsonNode object = server.get(MAPS + "/many").json();
    assertEquals(10, object.path("metadata").path("managedFields").size());
    JsonNode ancient = entry(object, "ancient-changes").path("fieldsV1").path("f:data");
    assertTrue(ancient.size() >= 4, ancient.toString());
  }

  @Test
  void scale_changedByAnother_movesTheReplicas() {
    String path = DEPLOYMENTS + "/scaled";
    apply(path, "me", deployment("scaled", "replicas: 1"));
    Answer scaled =
        server.patch("merge", path + "/scale?fieldManager=scaler", "{spec: {replicas: 3}}");
    assertEquals(200, scaled.code(), scaled.text());
    JsonNode object = server.get(path).json();
    assertTrue(
        entry(object, "me").path("fieldsV1").path("f:spec").path("f:replicas").isMissingNode());
    JsonNode scaler = entry(object, "scaler");
    assertEquals("scale", scaler.path("subresource").asText());
    assertEquals("{\"f:spec\":{\"f:replicas\":{}}}", scaler.path("fieldsV1").toString());
    Answer conflict = apply(path, "me", deployment("scaled", "replicas: 1"));
    assertEquals(
        "Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\" using"
            + " apps/v1: .spec.replicas",
        conflict.message());
    Answer applied =
        applyWith(
            path + "/scale",
            "fieldManager=applier&force=true",
            "{apiVersion: autoscaling/v1, kind: Scale, metadata: {name: scaled}, spec: {replicas: 5}}");
    assertEquals(200, applied.code(), applied.text());
    JsonNode after = server.get(path).json();
    assertEquals(5, after.path("spec").path("replicas").asInt());
    assertEquals("Apply", entry(after, "applier").path("operation").asText());
    assertTrue(entry(after, "scaler").isMissingNode(), after.toString());
  }

  @Test
  void apply_dryRun_storesNothing() {
    Answer dry = applyWith(MAPS + "/dry", "fieldManager=me&dryRun=All", map("dry", "{a: '1'}"));
    assertEquals(201, dry.code(), dry.text());
    assertEquals(404, server.get(MAPS + "/dry").code());
  }

  @Test
  void apply_kubectlAfterClientSideApply_takesOverWithoutConflict() {
    String last =
        "{\\\"apiVersion\\\":\\\"v1\\\",\\\"data\\\":{\\\"a\\\":\\\"1\\\"},\\\"kind\\\":\\\"ConfigMap\\\","
            + "\\\"metadata\\\":{\\\"annotations\\\":{},\\\"name\\\":\\\"csa\\\"}}\\n";
    server.post(
        MAPS + "?fieldManager=kubectl-client-side-apply",
        "{apiVersion: v1, kind: ConfigMap, data: {a: '1'}, metadata: {name: csa, annotations:"
            + " {kubectl.kubernetes.io/last-applied-configuration: \""
            + last
            + "\"}}}");
    Answer other = apply(MAPS + "/csa", "somebody", map("csa", "{a: '2'}"));
    assertEquals(409, other.code());
    Answer kubectl = apply(MAPS + "/csa", "kubectl", map("csa", "{a: '2'}"));
    assertEquals(200, kubectl.code(), kubectl.text());
    assertEquals("2", kubectl.json().path("data").path("a").asText());
    String annotation =
        kubectl
            .json()
            .path("metadata")
            .path("annotations")
            .path("kubectl.kubernetes.io/last-applied-configuration")
            .asText();
    assertTrue(annotation.contains("\"a\":\"2\""), annotation);
  }

  @Test
  void apply_status_ownsTheStatusOnly() {
    String path = DEPLOYMENTS + "/stated";
    apply(path, "me", deployment("stated", "replicas: 1"));
    Answer status =
        apply(
            path + "/status",
            "stater",
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: stated, labels: {b: c}},"
                + " spec: {replicas: 9}, status: {replicas: 4}}");
    assertEquals(200, status.code(), status.text());
    assertEquals(1, status.json().path("spec").path("replicas").asInt());
    assertEquals(4, status.json().path("status").path("replicas").asInt());
    assertEquals(
        "{\"f:status\":{\"f:replicas\":{}}}",
        entry(status.json(), "stater").path("fieldsV1").toString());
  }
}
