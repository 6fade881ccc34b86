package dev.wherry.apiserver.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.admission.AdmissionChain;
import dev.wherry.apiserver.admission.AdmissionPlugin;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.http.EdgeFixture;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.proxy.PodStreams;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.FakeView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect, and what admission sees of it; the pod is on no node, so nothing goes on. */
class ConnectsTest {
  private static final String EXEC =
      "/api/v1/namespaces/default/pods/p/exec?container=c&stdout=1&tty=true&command=a&command=b";

  @TempDir Path folder;
  private final LinkedBlockingQueue<AdmissionRequest> admitted = new LinkedBlockingQueue<>();
  private EdgeFixture server;
  private Connects connects;

  @BeforeEach
  void start() throws Exception {
    FakeView view =
        new FakeView()
            .put(
                Resource.PODS,
                "{'metadata':{'name':'p','namespace':'default'},"
                    + "'spec':{'containers':[{'name':'c'}]}}");
    Authorizer getOnly =
        question ->
            question.verb().equals("get") || question.user().name().equals("writer")
                ? new Authorizer.Verdict.Allowed("test")
                : new Authorizer.Verdict.NoOpinion("");
    connects =
        new Connects(
            new Gate(getOnly),
            new AdmissionChain(List.of(new Watching())),
            PodStreams.over(
                view,
                new TunnelRegistry(),
                () -> {
                  throw new IllegalStateException("no kubelet is asked");
                },
                new Random(1)));
    server = new EdgeFixture(folder, EdgeFixture.limits(), this::serve);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void serve(Exchange exchange) {
    ResourceInfo pods = new KindRegistry().find("", "v1", "pods").orElseThrow();
    try {
      connects.serve(
          exchange,
          UserInfo.of(exchange.header("x-user")),
          pods,
          RequestInfo.parse(exchange.method(), exchange.path(), exchange.query()));
    } catch (ApiException e) {
      exchange.respond(e.code(), "application/json", Json.write(e.toStatus()));
    }
  }

  private final class Watching implements AdmissionPlugin {
    @Override
    public String name() {
      return "Watching";
    }

    @Override
    public void validate(AdmissionRequest request) {
      admitted.add(request);
      if (request.user().name().equals("barred")) {
        throw new ApiException(Reason.FORBIDDEN, "admission says no");
      }
    }
  }

  private String ask(String method, String target, String user, String upgrade) throws Exception {
    try (SSLSocket socket = server.connect()) {
      String more = upgrade.isEmpty() ? "" : "Connection: Upgrade\r\nUpgrade: " + upgrade + "\r\n";
      EdgeFixture.send(
          socket,
          method
              + " "
              + target
              + " HTTP/1.1\r\nHost: x\r\nX-User: "
              + user
              + "\r\n"
              + more
              + "Content-Length: 0\r\n\r\n");
      return EdgeFixture.readUntil(socket, "}");
    }
  }

  @Test
  void exec_byWebSocket_needsTheRightToCreate() throws Exception {
    String refused = ask("GET", EXEC, "reader", "websocket");
    assertTrue(refused.startsWith("HTTP/1.1 403 "), refused);
    assertTrue(refused.contains("cannot create resource \\\"pods/exec\\\""), refused);
    assertTrue(admitted.isEmpty());
    String onward = ask("GET", EXEC, "writer", "websocket");
    assertTrue(onward.contains("does not have a host assigned"), onward);
  }

  @Test
  void exec_isAdmittedAsConnectWithItsOptions() throws Exception {
    ask("POST", EXEC, "writer", "SPDY/3.1");
    AdmissionRequest seen = admitted.take();
    assertEquals(AdmissionRequest.Operation.CONNECT, seen.operation());
    assertEquals("exec", seen.subresource());
    assertEquals("PodExecOptions", seen.kind());
    assertEquals(
        Json.parse(
            "{\"kind\":\"PodExecOptions\",\"apiVersion\":\"v1\",\"stdout\":true,\"tty\":true,"
                + "\"container\":\"c\",\"command\":[\"a\",\"b\"]}"),
        seen.object().orElseThrow());
    String refused = ask("POST", EXEC, "barred", "SPDY/3.1");
    assertTrue(refused.contains("admission says no"), refused);
  }

  @Test
  void log_isReadAndNotAdmitted() throws Exception {
    String answer = ask("GET", "/api/v1/namespaces/default/pods/none/log", "reader", "");
    assertTrue(answer.startsWith("HTTP/1.1 404 "), answer);
    assertTrue(admitted.isEmpty());
  }
}
