package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ServerFixture.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes and old paths, answered as a kube-apiserver of v1.36.2 answered them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnusualRequestsTest {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  @TempDir static Path data;
  private ServerFixture server;

  @BeforeAll
  void start() throws Exception {
    server = ServerFixture.start(data);
    assertEquals(201, server.send("POST", MAPS, bytes("{'metadata':{'name':'a'}}")).code());
    assertEquals(201, server.send("POST", MAPS, bytes("{'metadata':{'name':'b'}}")).code());
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GET|/api/v1/namespaces/default/configmaps/a?resourceVersion=99999999||504|Timeout: Too large resource version: 99999999, current:",
        "GET|/api/v1/namespaces/default/configmaps/a?export=true||400|the export parameter, deprecated since v1.14, is no longer supported",
        "GET|/api/v1/namespaces/default/namespaces||404|the server could not find the requested resource",
        "GET|/api/v1/namespaces/default||200|",
        "POST|/api/v1|{}|405|the server does not allow this method on the requested resource",
        "DELETE|/version||405|the server does not allow this method on the requested resource",
        "PUT|/apis/apps/v1|{}|405|the server does not allow this method on the requested resource",
        "PUT|/api/v1/namespaces/default/configmaps/nope|{'metadata':{'name':'b'}}|400|the name of the object (b) does not match the name on the URL (nope)",
        "PUT|/api/v1/namespaces/default/configmaps/nope|{'metadata':{'name':'nope','namespace':'x'}}|400|the namespace of the provided object does not match",
        "DELETE|/api/v1/namespaces/default/configmaps/b|{'kind':'Pod','apiVersion':'v1'}|400|no kind \"Pod\" is registered for version \"v1\"",
        "DELETE|/api/v1/namespaces/default/configmaps/b?gracePeriodSeconds=x||400|strconv.ParseInt: parsing \"x\": invalid syntax",
        "DELETE|/api/v1/namespaces/default/configmaps/b|{'kind':'DeleteOptions','apiVersion':'v1','dryRun':['All']}|200|",
        "DELETE|/api/v1/namespaces/default/configmaps/nope|null|404|configmaps \"nope\" not found",
        "POST|/api/v1/namespaces/default/services|{'metadata':{'name':'s'},'spec':{'type':'NodePort','ports':[{'port':80,'nodePort':80}]}}|422|spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
        "GET|/api/v1/watch||404|the server could not find the requested resource",
        "GET|/api/v1/watch/configmaps/a?timeoutSeconds=1||404|the server could not find the requested resource"
      })
  void request_unusual_isAnsweredAsUpstreamDoes(
      String method, String path, String body, int code, String message) {
    Answer answer = server.send(method, path, body == null ? new byte[0] : bytes(body));
    assertEquals(code, answer.code(), answer.text());
    assertTrue(message == null || answer.message().contains(message), answer.message());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "merge-patch|{'kind':'Secret'}|422|converting (v1.Secret) to (core.ConfigMap): unknown conversion",
        "merge-patch|{'apiVersion':'v2'}|422|no kind \"ConfigMap\" is registered for version \"v2\"",
        "merge-patch|{'apiVersion':'apps/v1','kind':'Deployment'}|422|converting (v1.Deployment) to (core.ConfigMap): unknown conversion",
        "merge-patch|{'kind':null}|200|",
        "json-patch|[{'op':'replace','path':'/kind','value':'Foo'}]|422|no kind \"Foo\" is registered for version \"v1\"",
        "strategic-merge-patch|{'kind':'Secret'}|200|"
      })
  void patch_ofTheKind_isRefused(String type, String body, int code, String message) {
    Answer answer =
        server.send(
            "PATCH",
            MAPS + "/a?dryRun=All",
            bytes(body),
            "Content-Type",
            "application/" + type + "+json");
    assertEquals(code, answer.code(), answer.text());
    assertTrue(message == null || answer.message().contains(message), answer.message());
  }

  private static long events(Answer answer) {
    assertEquals(200, answer.code(), answer.text());
    return answer.text().lines().filter(line -> line.startsWith("{\"type\":\"ADDED\"")).count();
  }

  @Test
  void watch_byItsOldPath_isOfAllOrOfOne() {
    String old = "/api/v1/watch/namespaces/default/configmaps";
    assertEquals(1, events(server.get(old + "/a?timeoutSeconds=1")));
    assertEquals(1, events(server.get("/api/v1/watch/namespaces/default?timeoutSeconds=1")));
    assertTrue(events(server.get(old + "?timeoutSeconds=1")) >= 2);
    assertTrue(events(server.get("/api/v1/watch/configmaps?timeoutSeconds=1")) >= 2);
  }
}
