package dev.wherry.runtime.streams;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.proto.cri.v1.ExecRequest;
import dev.wherry.proto.cri.v1.PortForwardRequest;
import dev.wherry.runtime.ShimBinary;
import dev.wherry.runtime.docker.DockerConnection;
import dev.wherry.runtime.docker.DockerStreams;
import dev.wherry.runtime.fixture.PrivateDocker;
import dev.wherry.runtime.images.ImageArchives;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(Lifecycle.PER_CLASS)
@EnabledIf("dev.wherry.runtime.fixture.PrivateDocker#isAvailable")
class StreamingServerTest {
  private static final long WAIT_SECONDS = 120;

  private PrivateDocker docker;
  private DockerConnection connection;
  private StreamingServer server;
  private String container;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    docker = PrivateDocker.start();
    connection = DockerConnection.of(docker.socket());
    byte[] busybox = ImageArchives.busybox(Path.of("/bin/busybox"));
    connection.client().loadImageCmd(new ByteArrayInputStream(busybox)).exec();
    container =
        connection
            .client()
            .createContainerCmd(ImageArchives.BUSYBOX_NAME)
            .withCmd("sh", "-c", "while true; do echo hello | nc -l -p 80; done")
            .exec()
            .getId();
    connection.client().startContainerCmd(container).exec();
    var streams = new DockerStreams(connection, ShimBinary.install(directory));
    server = StreamingServer.start(streams, InstantSource.system());
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
    connection.close();
    docker.close();
  }

  @Test
  void exec_byWebSocketV5_halfClosesAndGivesExitCode() throws Exception {
    String url = server.exec(exec("cat; echo err >&2; exit 5").setStdin(true).build());
    var heard = new Heard();
    WebSocket socket = connect(url, heard);
    assertEquals("v5.channel.k8s.io", socket.getSubprotocol());
    socket.sendBinary(message(0, "한글 in\n"), true).join();
    socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true).join();
    heard.closed.get(WAIT_SECONDS, TimeUnit.SECONDS);
    assertEquals("한글 in\n", heard.text(1));
    assertEquals("err\n", heard.text(2));
    assertTrue(heard.text(3).contains("\"reason\":\"ExitCode\",\"message\":\"5\""), heard.text(3));
  }

  @Test
  void exec_withTerminal_takesItsSize() throws Exception {
    ExecRequest request =
        exec("read x; stty size").setStdin(true).setTty(true).setStderr(false).build();
    var heard = new Heard();
    WebSocket socket = connect(server.exec(request), heard);
    socket.sendBinary(message(4, "{\"Width\":101,\"Height\":33}"), true).join();
    socket.sendBinary(message(0, "go\n"), true).join();
    heard.closed.get(WAIT_SECONDS, TimeUnit.SECONDS);
    assertTrue(heard.text(1).contains("33 101"), heard.text(1));
    assertTrue(heard.text(3).contains("Success"), heard.text(3));
  }

  @Test
  void exec_bySpdy_carriesMuchInputThroughAndEnds() throws Exception {
    String url = server.exec(exec("wc -c; echo err >&2").setStdin(true).build());
    try (var client = new SpdyTestClient(url, "v4.channel.k8s.io")) {
      assertEquals("HTTP/1.1 101 Switching Protocols", client.answer());
      int error = client.open(Map.of("streamtype", "error"));
      int stdin = client.open(Map.of("streamtype", "stdin"));
      int stdout = client.open(Map.of("streamtype", "stdout"));
      int stderr = client.open(Map.of("streamtype", "stderr"));
      String chunk = "x".repeat(60_000);
      for (int i = 0; i < 50; i++) {
        client.send(stdin, chunk, i == 49);
      }
      assertEquals("3000000\n", client.text(stdout));
      assertEquals("err\n", client.text(stderr));
      assertTrue(client.text(error).contains("Success"));
    }
  }

  @Test
  void portForward_bySpdy_reachesThePodAndReportsRefusals() throws Exception {
    var listening = new Heard();
    connect(
        server.exec(exec("until netstat -ltn | grep -q ':80 '; do :; done").build()), listening);
    listening.closed.get(WAIT_SECONDS, TimeUnit.SECONDS);
    String url =
        server.portForward(PortForwardRequest.newBuilder().setPodSandboxId(container).build());
    try (var client = new SpdyTestClient(url, "portforward.k8s.io")) {
      client.answer();
      var refused = Map.of("port", "81", "requestid", "0");
      int error = client.open(with(refused, "error"));
      int data = client.open(with(refused, "data"));
      assertTrue(client.text(error).contains("Connection refused"));
      assertEquals("", client.text(data));
      var open = Map.of("port", "80", "requestid", "1");
      error = client.open(with(open, "error"));
      data = client.open(with(open, "data"));
      client.send(data, "", true);
      assertEquals("", client.text(error));
      client.text(data);
    }
  }

  @Test
  void url_usedTwiceOrUnknown_isRefused() throws Exception {
    String url = server.exec(exec("true").build());
    try (var first = new SpdyTestClient(url, "v4.channel.k8s.io");
        var wrong = new SpdyTestClient(url, "v1.channel.k8s.io")) {
      assertTrue(wrong.answer().contains("403"), wrong.answer());
      assertTrue(first.answer().contains("101"), first.answer());
      try (var second = new SpdyTestClient(url, "v4.channel.k8s.io")) {
        assertTrue(second.answer().contains("404"), second.answer());
      }
    }
  }

  private static Map<String, String> with(Map<String, String> headers, String type) {
    var all = new java.util.HashMap<>(headers);
    all.put("streamtype", type);
    return all;
  }

  private ExecRequest.Builder exec(String script) {
    return ExecRequest.newBuilder()
        .setContainerId(container)
        .addAllCmd(List.of("sh", "-c", script))
        .setStdout(true)
        .setStderr(true);
  }

  private static WebSocket connect(String url, WebSocket.Listener listener) {
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .subprotocols("v5.channel.k8s.io")
        .buildAsync(URI.create(url.replaceFirst("^http", "ws")), listener)
        .join();
  }

  private static ByteBuffer message(int stream, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(content.length + 1).put((byte) stream).put(content).flip();
  }

  private static final class Heard implements WebSocket.Listener {
    private final Map<Integer, ByteArrayOutputStream> streams =
        new java.util.concurrent.ConcurrentHashMap<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private int stream = -1;

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      if (stream < 0) {
        stream = data.get();
      }
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      streams.computeIfAbsent(stream, s -> new ByteArrayOutputStream()).writeBytes(bytes);
      stream = last ? -1 : stream;
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      closed.completeExceptionally(error);
    }

    String text(int number) {
      var bytes = streams.get(number);
      return bytes == null ? "" : bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
