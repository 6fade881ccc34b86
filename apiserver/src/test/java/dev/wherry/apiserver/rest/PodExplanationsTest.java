package dev.wherry.apiserver.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.ServerFixture.Answer;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** pods/NAME/why over HTTP, with a stand-in for the scheduler. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PodExplanationsTest {
  private static final String WHY = "/api/v1/namespaces/default/pods/p/why";
  private static final String POD =
      "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: default},"
          + " spec: {containers: [{name: c, image: i}]}}";

  @TempDir static Path data;
  private static ServerFixture server;

  @BeforeAll
  static void start() throws Exception {
    server = ServerFixture.start(data);
    server.post("/api/v1/namespaces/default/serviceaccounts", "{metadata: {name: default}}");
    Answer none = server.post(WHY, POD);
    assertEquals(503, none.code(), none.text());
    server.server().explainPods(PodExplanationsTest::explain, PodExplanationsTest::fit);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static ObjectNode explain(ObjectNode pod) {
    return switch (pod.at("/spec/schedulerName").asText()) {
      case "busy" -> throw new CompletionException(new TimeoutException());
      case "wrong" -> throw new DecodeException("no such field");
      default -> Json.object().put("kind", "Explanation").put("image", image(pod));
    };
  }

  private static String image(ObjectNode pod) {
    return pod.at("/spec/containers/0/image").asText();
  }

  private static ObjectNode fit(ObjectNode stack) {
    return Json.object().put("kind", "Fit").put("parts", stack.at("/spec/parts").size());
  }

  @Test
  void get_ofAStoredPod_asksTheScheduler() {
    assertEquals(404, server.get("/api/v1/namespaces/default/pods/absent/why").code());
    assertEquals(201, server.post("/api/v1/namespaces/default/pods", POD).code());
    Answer answer = server.get(WHY);
    assertEquals(200, answer.code(), answer.text());
    assertEquals("i", answer.json().path("image").asText());
  }

  @Test
  void post_ofAPod_explainsItWithoutStoringIt() {
    Answer answer = server.post(WHY, POD.replace("image: i", "image: other"));
    assertEquals(200, answer.code(), answer.text());
    assertEquals("other", answer.json().path("image").asText());
    Answer stack = server.post(WHY, "{kind: StackFit, spec: {parts: [{pod: %s}]}}".formatted(POD));
    assertEquals("Fit", stack.json().path("kind").asText(), stack.text());
    assertEquals(1, stack.json().path("parts").asInt());
  }

  @Test
  void post_ofWhatIsNoPod_isRefused() {
    assertEquals(400, server.raw("POST", WHY, "{").code());
    assertEquals(400, server.raw("POST", WHY, "[]").code());
    assertEquals(400, server.post(WHY, "{kind: Pod}").code());
    String busy = POD.replace("spec: {", "spec: {schedulerName: busy, ");
    assertEquals(504, server.post(WHY, busy).code());
    assertEquals(400, server.post(WHY, busy.replace("busy", "wrong")).code());
    assertEquals(404, server.send("PUT", WHY, Json.write(ServerFixture.yaml(POD))).code());
  }

  @Test
  void post_ofAPodElsewhere_needsThePermissionThere() {
    server.post(
        "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
        "{metadata: {name: asker},"
            + " rules: [{verbs: [create], apiGroups: [''], resources: [pods/why]}]}");
    server.post(
        "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
        "{metadata: {name: asker}, subjects: [{kind: User, name: jane,"
            + " apiGroup: rbac.authorization.k8s.io}],"
            + " roleRef: {kind: Role, name: asker, apiGroup: rbac.authorization.k8s.io}}");
    assertEquals(200, asJane(POD).code());
    assertEquals(403, asJane(POD.replace("namespace: default", "namespace: other")).code());
    String stack = "{kind: StackFit, spec: {parts: [{pod: {metadata: {namespace: other}}}]}}";
    assertEquals(403, asJane(stack).code());
  }

  private static Answer asJane(String body) {
    return server.send(
        "POST", WHY, Json.write(ServerFixture.yaml(body)), "Impersonate-User", "jane");
  }
}
