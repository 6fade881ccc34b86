package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture.Answer;
import dev.wherry.apiserver.http.HttpLimits;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods, paths, media types, versions and certificates, seen by clients that get them wrong. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpSemanticsTest {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final HttpLimits LIMITS =
      new HttpLimits(64 << 10, 64 << 10, 600, 20_000, 20_000, 180, 60);
  @TempDir static Path data;
  private static ServerFixture server;

  @BeforeAll
  static void start() throws InterruptedException {
    server = ServerFixture.start(data, LIMITS);
    server.post(MAPS, "{metadata: {name: here}}");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/api/v1/namespaces/default/configmaps/absent,404,NotFound",
    "GET,/apis/no.such/v1/things,404,NotFound",
    "GET,/api/v1/things,404,NotFound",
    "GET,/no/such/path,404,NotFound",
    "GET,/api/v1/configmaps/here,404,NotFound",
    "GET,/api/v1/namespaces/default/nodes,404,NotFound",
    "GET,/api/v1/namespaces/default/pods/here/status/more,404,NotFound",
    "GET,/api/v1/namespaces/default/configmaps/here/status,404,NotFound",
    "OPTIONS,/api/v1/namespaces/default/configmaps,405,MethodNotAllowed",
    "OPTIONS,/api/v1/namespaces/default/pods/here/log,405,MethodNotAllowed",
    "OPTIONS,/api/v1/namespaces/default/pods/away/proxy/,404,NotFound",
    "POST,/api/v1/configmaps,405,MethodNotAllowed",
    "DELETE,/api/v1/configmaps,405,MethodNotAllowed",
    "DELETE,/api/v1/namespaces/default/pods/here/status,405,MethodNotAllowed",
    "GET,/api/v1/namespaces/default/pods/here/binding,405,MethodNotAllowed",
    "PUT,/api/v1/namespaces/default/configmaps,405,MethodNotAllowed",
    "POST,/api/v1/namespaces/default/configmaps/here,405,MethodNotAllowed",
    "DELETE,/api/v1/namespaces,405,MethodNotAllowed",
    "DELETE,/api/v1/componentstatuses/etcd-0,405,MethodNotAllowed",
    "GET,/apis/authorization.k8s.io/v1/selfsubjectaccessreviews,405,MethodNotAllowed",
  })
  void request_ofNothing_isAStatus(String method, String path, int code, String reason) {
    Answer answer = server.send(method, path, new byte[0]);
    assertEquals(code, answer.code(), answer.text());
    assertEquals("application/json", answer.header("Content-Type"));
    assertEquals("Status", answer.json().path("kind").asText());
    assertEquals("Failure", answer.json().path("status").asText());
    assertEquals(reason, answer.json().path("reason").asText());
    assertEquals(code, answer.json().path("code").asInt());
  }

  @Test
  void accept_nothingWeHave_is406() {
    for (String accept :
        List.of("text/html", "application/json;as=Table;v=v9;g=meta.k8s.io", "application/cbor")) {
      Answer answer = server.get(MAPS, "Accept", accept);
      assertEquals(406, answer.code(), accept);
      assertEquals("NotAcceptable", answer.json().path("reason").asText());
    }
    Answer both =
        server.get(MAPS, "Accept", "application/vnd.kubernetes.protobuf,application/json");
    assertEquals("application/json", both.header("Content-Type"));
  }

  @Test
  void accept_tableOfAReview_is406() {
    Answer answer =
        server.send(
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "{\"spec\":{\"nonResourceAttributes\":{\"path\":\"/\",\"verb\":\"get\"}}}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "Content-Type",
            "application/json",
            "Accept",
            "application/json;as=Table;v=v1;g=meta.k8s.io");
    assertEquals(406, answer.code(), answer.text());
    assertEquals("NotAcceptable", answer.json().path("reason").asText());
  }

  @Test
  void ephemeralContainer_added_countsTheGenerationUp() {
    String pods = "/api/v1/namespaces/default/pods";
    server.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: default}}");
    Answer made =
        server.post(
            pods,
            "{metadata: {name: looked-into}, spec: {automountServiceAccountToken: false,"
                + " containers: [{name: c, image: i}]}}");
    assertEquals(201, made.code(), made.text());
    Answer added =
        server.send(
            "PATCH",
            pods + "/looked-into/ephemeralcontainers",
            "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"debugger\",\"image\":\"i\"}]}}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "Content-Type",
            "application/strategic-merge-patch+json");
    assertEquals(200, added.code(), added.text());
    assertEquals(2, added.json().path("metadata").path("generation").asInt());
  }

  @Test
  void body_ofUnknownKind_is415() {
    Answer cbor = server.send("POST", MAPS, new byte[] {1}, "Content-Type", "application/cbor");
    assertEquals(415, cbor.code());
    assertTrue(cbor.message().contains("accepted media types include: application/json"));
    Answer patch =
        server.send("PATCH", MAPS + "/here", new byte[] {1}, "Content-Type", "application/json");
    assertEquals(415, patch.code());
  }

  @Test
  void body_tooLarge_is413() {
    Answer answer = server.raw("POST", MAPS, "{\"data\":{\"a\":\"" + "x".repeat(70_000) + "\"}}");
    assertEquals(413, answer.code());
    assertEquals("RequestEntityTooLarge", answer.json().path("reason").asText());
  }

  @Test
  void head_object_hasNoBody() {
    for (String path : List.of(MAPS, MAPS + "/here", "/version")) {
      Answer answer = server.send("HEAD", path, new byte[0]);
      assertEquals(200, answer.code(), path);
      assertEquals(0, answer.http().body().length);
    }
    assertEquals(405, server.send("HEAD", MAPS + "?watch=1", new byte[0]).code());
  }

  @Test
  void get_named_isNoWatchOfAll() {
    Answer answer = server.get(MAPS + "/here?watch=1&timeoutSeconds=1");
    assertEquals("ConfigMap", answer.json().path("kind").asText());
  }

  @Test
  void endpoints_anyRequest_warnsOfTheirAge() {
    assertEquals(
        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\"",
        server.get("/api/v1/endpoints").header("Warning"));
  }

  @Test
  void componentStatuses_areMadeUp() {
    JsonNode list = server.get("/api/v1/componentstatuses").json();
    assertEquals("ComponentStatusList", list.path("kind").asText());
    assertEquals("True", list.at("/items/0/conditions/0/status").asText());
    assertEquals(404, server.get("/api/v1/componentstatuses/none").code());
    Answer table =
        server.get(
            "/api/v1/componentstatuses", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
    assertEquals("Table", table.json().path("kind").asText());
  }

  @Test
  void events_ofBothGroups_areTheSame() {
    String core = "/api/v1/namespaces/default/events";
    String events = "/apis/events.k8s.io/v1/namespaces/default/events";
    server.post(
        core,
        "{metadata: {name: one}, reason: R, type: Normal, message: m, count: 2, source:"
            + " {component: c}, involvedObject: {kind: Pod, namespace: default, name: p}}");
    JsonNode seen = server.get(events + "/one").json();
    assertEquals("events.k8s.io/v1", seen.path("apiVersion").asText());
    assertEquals("m", seen.path("note").asText());
    assertEquals("p", seen.at("/regarding/name").asText());
    assertEquals("c", seen.at("/deprecatedSource/component").asText());
    assertEquals(2, seen.path("deprecatedCount").asInt());
    String selector = "?fieldSelector=regarding.name%3Dp";
    assertEquals(1, server.get(events + selector).json().path("items").size());
    assertEquals(400, server.get(core + selector).code());
    assertEquals(
        1,
        server
            .get(core + "?fieldSelector=involvedObject.name%3Dp,source%3Dc")
            .json()
            .path("items")
            .size());
    assertEquals(200, server.patch("merge", core + "/one", "{count: 3}").code());
    assertEquals(3, server.get(events + "/one").json().path("deprecatedCount").asInt());
    assertEquals(200, server.delete(events + "/one").code());
  }

  @Test
  void events_withoutSource_areSelectedByTheirController() {
    var made =
        server.post(
            "/apis/events.k8s.io/v1/namespaces/default/events",
            "{metadata: {name: two}, reason: R, type: Normal, note: said, action: A, eventTime:"
                + " '2026-11-22T10:00:00.000000Z', reportingController: c2, reportingInstance: i,"
                + " regarding: {kind: Pod, namespace: default, name: q}}");
    assertEquals(201, made.code(), made.text());
    for (String selector : List.of("source%3Dc2", "reportingComponent%3Dc2")) {
      String core = "/api/v1/namespaces/default/events?fieldSelector=" + selector;
      assertEquals(1, server.get(core).json().path("items").size(), selector);
    }
    assertEquals(200, server.delete("/api/v1/namespaces/default/events/two").code());
  }

  @Test
  void nulls_thatGoWrites_areSeenAndNotOwned() {
    String core = "/api/v1/namespaces/default/events";
    String events = "/apis/events.k8s.io/v1/namespaces/default/events";
    String event =
        "{metadata: {name: null-times}, involvedObject: {namespace: default}, type: Normal";
    Answer made = server.post(core, event + ", lastTimestamp: '2026-11-22T10:00:00Z'}");
    assertEquals(201, made.code(), made.text());
    assertEquals(made.json(), server.get(core + "/null-times").json());
    assertTrue(made.json().has("eventTime") && made.json().path("firstTimestamp").isNull());
    assertFalse(
        made.json().path("metadata").path("managedFields").toString().contains("eventTime"));
    JsonNode seen = server.get(events + "/null-times").json();
    assertTrue(seen.has("eventTime") && seen.path("deprecatedFirstTimestamp").isNull());
    Answer put = server.send("PUT", events + "/null-times", Json.write(seen));
    assertEquals(seen, put.json(), "read and put back: nothing has changed");
    ((ObjectNode) seen).put("note", "another");
    Answer other = server.send("PUT", events + "/null-times", Json.write(seen));
    assertTrue(other.text().contains("message: Invalid value"), other.text());
    String yaml = server.get(core + "/null-times", "Accept", "application/yaml").text();
    assertTrue(yaml.contains("eventTime: null"), yaml);
    Answer patched =
        server.patch(
            "json",
            core + "/null-times",
            "[{op: test, path: /eventTime, value: null}, {op: replace, path: /firstTimestamp,"
                + " value: '2026-11-22T09:00:00Z'}]");
    assertEquals("2026-11-22T09:00:00Z", patched.json().path("firstTimestamp").asText());
    assertEquals(200, server.delete(core + "/null-times").code());
  }

  @Test
  void autoscalers_ofBothVersions_areTheSame() {
    String v1 = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    String v2 = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    String target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: d}";
    server.post(
        v1,
        "{metadata: {name: a}, spec: {maxReplicas: 2, targetCPUUtilizationPercentage: 50, "
            + target
            + "}}");
    JsonNode second = server.get(v2 + "/a").json();
    assertEquals(50, second.at("/spec/metrics/0/resource/target/averageUtilization").asInt());
    server.patch(
        "merge",
        v2 + "/a",
        "{spec: {metrics: [{type: Pods, pods: {metric: {name: m}, target: {type: AverageValue,"
            + " averageValue: 5}}}], behavior: {scaleDown: {selectPolicy: Disabled}}}}");
    JsonNode first = server.get(v1 + "/a").json();
    assertTrue(!first.path("spec").has("metrics") && !first.path("spec").has("behavior"));
    assertEquals(
        "m",
        Json.parse(
                first.at("/metadata/annotations/autoscaling.alpha.kubernetes.io~1metrics").asText())
            .at("/0/pods/metricName")
            .asText());
    Answer put = server.send("PUT", v1 + "/a", Json.write(first));
    assertEquals(200, put.code(), put.text());
    assertEquals("m", server.get(v2 + "/a").json().at("/spec/metrics/0/pods/metric/name").asText());
  }

  /** Steps and answers recorded from a kube-apiserver of v1.36.2. */
  @Test
  void templateGeneration_isTheServers_ownedByWhoWritesAnother() {
    String sets = "/apis/apps/v1/namespaces/default/daemonsets";
    String key = "deprecated.daemonset.template.generation";
    String spec =
        "{metadata: {name: counted, annotations: {%s}}, spec: {selector: {matchLabels: {a: b}},"
            + " template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: %s}]}}}}";
    for (String given : List.of("7 7", "0 1", "-3 1")) {
      String[] pair = given.split(" ");
      Answer answer =
          server.post(sets + "?dryRun=All", spec.formatted(key + ": '" + pair[0] + "'", "i"));
      assertEquals(pair[1], annotation(answer, key), answer.text());
    }
    Answer refused = server.post(sets, spec.formatted(key + ": x", "i"));
    assertEquals(400, refused.code());
    assertEquals(
        "DaemonSet in version \"v1\" cannot be handled as a DaemonSet: strconv.ParseInt: parsing"
            + " \"x\": invalid syntax",
        refused.message());

    Answer made = server.post(sets + "?fieldManager=maker", spec.formatted("", "i"));
    assertEquals("1", annotation(made, key), made.text());
    assertEquals(List.of("maker"), owners(made, key));
    String one = sets + "/counted?fieldManager=";
    Answer image =
        server.patch(
            "strategic-merge",
            one + "second",
            "{spec: {template: {spec: {containers: [{name: c, image: other}]}}}}");
    assertEquals("2", annotation(image, key));
    assertEquals(2, image.json().at("/metadata/generation").asInt());
    assertEquals(List.of("maker"), owners(image, key));
    Answer removed =
        server.patch(
            "merge", one + "third", "{metadata: {annotations: {%s: null}}}".formatted(key));
    assertEquals("2", annotation(removed, key));
    assertEquals(List.of("third"), owners(removed, key));
    Answer other = server.patch("merge", one + "fourth", "{spec: {minReadySeconds: 3}}");
    assertEquals("2", annotation(other, key));
    assertEquals(3, other.json().at("/metadata/generation").asInt());
    assertEquals(200, server.delete(sets + "/counted").code());
  }

  private static String annotation(Answer answer, String key) {
    return answer.json().path("metadata").path("annotations").path(key).asText();
  }

  private static List<String> owners(Answer answer, String key) {
    return answer
        .json()
        .at("/metadata/managedFields")
        .valueStream()
        .filter(owner -> owner.at("/fieldsV1/f:metadata/f:annotations").has("f:" + key))
        .map(owner -> owner.path("manager").asText())
        .toList();
  }

  @Test
  void definition_malformed_isRefused() {
    String crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    Answer wrong =
        server.post(
            crds,
            "{metadata: {name: foos.example.com}, spec: {group: example.com, scope: Nowhere, names:"
                + " {plural: foos, kind: Foo}, versions: [{name: v1, served: true, storage: true}]}}");
    assertEquals(422, wrong.code(), wrong.text());
    assertEquals(
        "CustomResourceDefinition.apiextensions.k8s.io \"foos.example.com\" is invalid:"
            + " [spec.scope: Unsupported value: \"Nowhere\": supported values: \"Cluster\","
            + " \"Namespaced\", spec.versions[0].schema.openAPIV3Schema: Required value]",
        wrong.message());
  }

  @Test
  void tls_older_isRefused() {
    SSLParameters old = new SSLParameters();
    old.setProtocols(new String[] {"TLSv1.2"});
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(
                TlsContexts.trusting(List.of(server.server().pki().authority().certificate())))
            .sslParameters(old)
            .build()) {
      assertThrows(
          IOException.class,
          () ->
              client.send(
                  HttpRequest.newBuilder(server.uri("/version")).build(),
                  HttpResponse.BodyHandlers.ofString()));
    }
  }

  @Test
  void tls_certificateOfAnotherAuthority_isA401() throws Exception {
    CertificateAuthority other =
        CertificateAuthority.create(
            "wherry-ca", Duration.ofDays(1), InstantSource.system(), new SecureRandom());
    var identity =
        other.issue(
            Subject.of("wherry-admin", "system:masters"),
            AlternativeNames.NONE,
            CertificateUse.CLIENT,
            Duration.ofHours(1));
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(
                TlsContexts.mutual(
                    () -> identity, List.of(server.server().pki().authority().certificate())))
            .build()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(server.uri(MAPS)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(401, answer.statusCode());
      assertEquals("Unauthorized", Json.parse(answer.body()).path("reason").asText());
    }
  }

  @Test
  void timeout_thatIsNoTime_isRefused() {
    String maps = "/api/v1/namespaces/default/configmaps";
    Answer wrong = server.get(maps + "?timeout=invalid");
    assertEquals(400, wrong.code(), wrong.text());
    assertEquals(
        "invalid timeout specified in the request URL - time: invalid duration \"invalid\"",
        wrong.message());
    assertEquals(200, server.get(maps + "?timeout=3m").code());
    assertEquals(200, server.get(maps + "?timeout=1m0.5s").code());
  }

  @ParameterizedTest
  @CsvSource({"/api/v1,ReplicationController", "/apis/batch/v1,Job"})
  void delete_ofKindsThatAlwaysLeftTheirPods_orphansUnlessToldOtherwise(String api, String kind) {
    String path = api + "/namespaces/default/" + kind.toLowerCase(java.util.Locale.ROOT) + "s";
    for (String name : List.of("silent", "told")) {
      Answer made =
          server.post(
              path,
              """
              metadata: {name: %s}
              spec:
                template:
                  metadata: {labels: {a: b}}
                  spec: {restartPolicy: %s, containers: [{name: c, image: i}]}
              """
                  .formatted(name, kind.equals("Job") ? "Never" : "Always"));
      assertEquals(201, made.code(), made.text());
    }
    assertEquals(200, server.delete(path + "/silent").code());
    JsonNode left = server.get(path + "/silent").json();
    assertEquals("[\"orphan\"]", left.at("/metadata/finalizers").toString());
    assertEquals(200, server.delete(path + "/told?propagationPolicy=Background").code());
    assertEquals(404, server.get(path + "/told").code());
  }
}
