package dev.wherry.apiserver.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a whole server writes down. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuditTest {
  private static final String POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived]
      rules:
      - level: None
        nonResourceURLs: ["/metrics", "/healthz*"]
      - level: Metadata
        resources: [{group: "", resources: [secrets]}]
      - level: RequestResponse
        verbs: [create]
        resources: [{group: "", resources: [configmaps]}]
        omitManagedFields: true
      - level: Metadata
      """;
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  @TempDir Path data;

  private ServerFixture start(long fileBytes) throws Exception {
    Path policy = Files.writeString(data.resolve("policy.yaml"), POLICY);
    AuditConfig config = new AuditConfig(policy, data.resolve("log/audit.log"), fileBytes, 2);
    return ServerFixture.start(data, ProtectionConfig.NONE.withAudit(config));
  }

  /** Of whole lines: the server may be writing the next. */
  private List<JsonNode> events() throws IOException {
    String text = Files.readString(data.resolve("log/audit.log"));
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Json::parse).toList();
  }

  private JsonNode await(Predicate<JsonNode> wanted) throws IOException {
    while (true) {
      for (JsonNode event : events()) {
        if (wanted.test(event)) {
          return event;
        }
      }
      Thread.onSpinWait();
    }
  }

  private static boolean is(JsonNode event, String verb, String resource, String stage) {
    return event.path("verb").asText().equals(verb)
        && event.path("objectRef").path("resource").asText().equals(resource)
        && event.path("stage").asText().equals(stage);
  }

  @Test
  void events_sayAsMuchAsThePolicyWants() throws Exception {
    try (ServerFixture server = start(1 << 20)) {
      server.post(
          "/api/v1/namespaces/default/secrets",
          "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {k: hunter2}}");
      ServerFixture.Answer made =
          server.post(MAPS, "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: b}}");
      server.get(MAPS + "/m", "Impersonate-User", "jane");
      server.get("/healthz");
      server.lines(MAPS + "?watch=1&timeoutSeconds=5", 1);

      JsonNode map = await(e -> is(e, "create", "configmaps", "ResponseComplete"));
      assertEquals("RequestResponse", map.path("level").asText());
      assertEquals(made.header("Audit-ID"), map.path("auditID").asText());
      assertEquals("b", map.at("/requestObject/data/a").asText());
      assertEquals("m", map.at("/responseObject/metadata/name").asText());
      assertFalse(map.at("/responseObject/metadata").has("managedFields"));
      assertEquals(201, map.at("/responseStatus/code").asInt());
      assertEquals("wherry-admin", map.at("/user/username").asText());
      assertEquals("127.0.0.1", map.at("/sourceIPs/0").asText());
      assertEquals("allow", map.at("/annotations/authorization.k8s.io~1decision").asText());

      JsonNode secret = await(e -> is(e, "create", "secrets", "ResponseComplete"));
      assertFalse(secret.has("requestObject"));
      JsonNode read = await(e -> is(e, "get", "configmaps", "ResponseComplete"));
      assertEquals("jane", read.at("/impersonatedUser/username").asText());
      assertEquals(403, read.at("/responseStatus/code").asInt());
      assertEquals("forbid", read.at("/annotations/authorization.k8s.io~1decision").asText());
      await(e -> is(e, "watch", "configmaps", "ResponseStarted"));
      await(e -> is(e, "watch", "configmaps", "ResponseComplete"));
      String all = Files.readString(data.resolve("log/audit.log"));
      assertFalse(all.contains("hunter2"));
      assertFalse(all.contains("aHVudGVyMg"));
      assertFalse(all.contains("/healthz"));
      assertFalse(all.contains("RequestReceived"));
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(data.resolve("log/audit.log"))));
    }
  }

  @Test
  void file_isTurnedOverAndOldOnesGo() throws Exception {
    try (ServerFixture server = start(4_096)) {
      for (int i = 0; i < 60; i++) {
        assertEquals(404, server.get(MAPS + "/none" + i).code());
      }
    }
    try (Stream<Path> files = Files.list(data.resolve("log"))) {
      List<Path> all = files.toList();
      assertEquals(3, all.size(), all.toString());
      for (Path file : all) {
        assertTrue(Files.size(file) <= 4_096, file.toString());
      }
    }
    assertEquals("none59", events().getLast().at("/objectRef/name").asText());
  }
}
