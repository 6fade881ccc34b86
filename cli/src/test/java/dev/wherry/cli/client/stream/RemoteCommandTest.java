package dev.wherry.cli.client.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.cli.kubeconfig.ExecPlugin;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RemoteCommandTest {
  private static final String SUCCESS = "{\"status\":\"Success\",\"metadata\":{}}";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static Api api(FakeContainer server) {
    Access access =
        new Access(
            server.url(),
            "",
            false,
            "",
            "",
            "",
            "secret",
            "",
            "",
            "",
            List.of(),
            ExecPlugin.Spec.NONE,
            "default");
    return new Api(access, Duration.ZERO, warning -> {});
  }

  private RemoteCommand.Running start(Api api) {
    return RemoteCommand.start(api, "/exec?command=x", out, err);
  }

  @Test
  void await_output_isSplitByChannel() throws IOException {
    try (FakeContainer server =
            new FakeContainer(c -> {
              c.send(1, "");
              c.send(1, "안녕\n");
              c.send(2, "wrong\n");
              c.send(1, "x".repeat(10_000));
              c.send(3, SUCCESS);
              c.close();
            });
        Api api = api(server)) {
      assertEquals(0, start(api).await());
      assertEquals("안녕\n" + "x".repeat(10_000), out.toString(StandardCharsets.UTF_8));
      assertEquals("wrong\n", err.toString(StandardCharsets.UTF_8));
      assertTrue(server.request().contains("Authorization: Bearer secret"), server.request());
      assertTrue(server.request().contains("Sec-WebSocket-Protocol: v5.channel.k8s.io"));
    }
  }

  @Test
  void pump_input_isSentAndItsEndSaid() throws Exception {
    List<FakeContainer.Message> received = new ArrayList<>();
    CompletableFuture<Void> ended = new CompletableFuture<>();
    try (FakeContainer server =
            new FakeContainer(c -> {
              FakeContainer.Message message = c.read();
              while (message.channel() != 255) {
                received.add(message);
                message = c.read();
              }
              received.add(message);
              ended.complete(null);
              c.send(3, SUCCESS);
              c.close();
            });
        Api api = api(server)) {
      RemoteCommand.Running running = start(api);
      running.resize(new Terminal.Size(80, 24));
      running.pump(new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)));

      assertEquals(0, running.await());
      ended.join();
      assertEquals(4, received.get(0).channel());
      assertEquals("{\"Width\":80,\"Height\":24}", received.get(0).text());
      assertEquals(0, received.get(1).channel());
      assertEquals("hello", received.get(1).text());
      assertEquals(255, received.get(2).channel());
      assertEquals(0, received.get(2).bytes()[0]);
    }
  }

  @Test
  void await_commandFails_givesItsCode() throws IOException {
    String status =
        "{\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\",\"message\":\"command terminated\","
            + "\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"7\"}]}}";
    try (FakeContainer server =
            new FakeContainer(c -> {
              c.send(3, status);
              c.close();
            });
        Api api = api(server)) {
      assertEquals(7, start(api).await());
    }
  }

  @Test
  void await_cannotRun_isTheServersWord() throws IOException {
    String status =
        "{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"InternalError\",\"code\":500,"
            + "\"message\":\"no such file\"}";
    try (FakeContainer server =
            new FakeContainer(c -> {
              c.send(3, status);
              c.close();
            });
        Api api = api(server)) {
      RemoteCommand.Running running = start(api);

      ClientException e = assertThrows(ClientException.class, running::await);

      assertEquals("error: no such file", e.text());
    }
  }

  @Test
  void await_connectionBreaks_isOneLine() throws IOException {
    try (FakeContainer server =
            new FakeContainer(c -> {
              c.read();
              c.send(1, "half");
              throw new IOException("gone");
            });
        Api api = api(server)) {
      RemoteCommand.Running running = start(api);
      running.resize(new Terminal.Size(80, 24));

      ClientException e = assertThrows(ClientException.class, running::await);

      assertEquals(1, e.exitCode());
      assertTrue(e.text().startsWith("error: "), e.text());
    }
  }
}
