package dev.wherry.streaming.remotecommand;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.streaming.fixture.ScriptedProcess;
import dev.wherry.streaming.fixture.StreamServer;
import dev.wherry.streaming.fixture.WebSocketProbe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocols of exec and attach over real sockets; the process is played by the test. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RemoteCommandTest {
  private static final CommandStreams ALL = new CommandStreams(true, true, true, false);
  private static final int MEGABYTE = 1 << 20;
  private static final long WAIT_SECONDS = 120;

  private final BlockingQueue<ScriptedProcess> started = new LinkedBlockingQueue<>();
  private StreamServer server;

  @BeforeEach
  void start() {
    server = serve(ALL);
  }

  private StreamServer serve(CommandStreams wanted) {
    return new StreamServer(
        wanted,
        () -> {
          ScriptedProcess process = new ScriptedProcess(4);
          started.add(process);
          return process;
        },
        List.of(),
        port -> {
          throw new IOException("no port here");
        });
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ScriptedProcess process() throws InterruptedException {
    ScriptedProcess process = started.poll(WAIT_SECONDS, TimeUnit.SECONDS);
    assertTrue(process != null, "no process was started");
    return process;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String take(BlockingQueue<byte[]> input) throws InterruptedException {
    return new String(input.take(), StandardCharsets.UTF_8);
  }

  @Test
  void exec_v5_closesStdinAloneAndTellsTheExitCode() throws Exception {
    try (WebSocketProbe client = new WebSocketProbe(server.port(), "/exec", "v5.channel.k8s.io")) {
      assertTrue(client.head().startsWith("HTTP/1.1 101 "), client.head());
      assertTrue(client.head().contains("v5.channel.k8s.io"), client.head());
      assertArrayEquals(new byte[] {1}, client.read().payload());
      ScriptedProcess process = process();
      client.binary(bytes("\0hello"));
      client.binary((byte) 255, (byte) 0);
      assertEquals("hello", take(process.input));
      assertEquals("", take(process.input));
      process.say(true, bytes("oops"));
      process.say(false, bytes("out"));
      process.exit(7);
      assertEquals("\2oops", client.read().text());
      assertEquals("\1out", client.read().text());
      String status = client.read().text();
      assertTrue(status.startsWith("\3{"), status);
      assertTrue(status.contains("\"reason\":\"NonZeroExitCode\""), status);
      assertTrue(status.contains("{\"reason\":\"ExitCode\",\"message\":\"7\"}"), status);
      assertEquals(8, client.read().opcode());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"channel.k8s.io", ""})
  void exec_beforeV4_saysNothingOfSuccess(String protocol) throws Exception {
    try (WebSocketProbe client = new WebSocketProbe(server.port(), "/exec", protocol)) {
      ScriptedProcess process = process();
      process.say(false, bytes("remote execution test"));
      process.exit(0);
      assertEquals("\1remote execution test", client.readFilled().text());
      assertEquals(8, client.readFilled().opcode());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v4.base64.channel.k8s.io", "base64.channel.k8s.io"})
  void exec_base64_codesBothWays(String protocol) throws Exception {
    try (WebSocketProbe client = new WebSocketProbe(server.port(), "/exec", protocol)) {
      ScriptedProcess process = process();
      client.frame(false, 1, bytes("0aG"));
      client.frame(true, 0, bytes("k="));
      assertEquals("hi", take(process.input));
      process.say(false, bytes("yes"));
      process.exit(1);
      assertEquals("1", client.read().text());
      assertEquals("1eWVz", client.read().text());
      String error = client.read().text();
      assertTrue(error.startsWith("3"), error);
      String decoded = new String(java.util.Base64.getDecoder().decode(error.substring(1)));
      assertEquals(protocol.startsWith("v4"), decoded.startsWith("{"), decoded);
    }
  }

  @Test
  void exec_withTerminal_getsSizes() throws Exception {
    server.close();
    server = serve(new CommandStreams(true, true, true, true));
    try (WebSocketProbe client = new WebSocketProbe(server.port(), "/exec", "v4.channel.k8s.io")) {
      ScriptedProcess process = process();
      client.binary(bytes("\4{\"Width\":101,\"Height\":33}"));
      assertEquals("101x33", process.sizes.take());
    }
  }

  @Test
  void webSocket_clientLeaves_closesTheProcessThatDoesNotRead() throws Exception {
    ScriptedProcess process;
    try (WebSocketProbe client = new WebSocketProbe(server.port(), "/exec", "v4.channel.k8s.io")) {
      process = process();
      byte[] message = new byte[1001];
      for (int i = 0; i < 10; i++) {
        client.binary(message);
      }
    }
    assertTrue(process.closed.get(WAIT_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void webSocket_oneHugeFrame_arrivesInPieces() throws Exception {
    byte[] payload = new byte[5 * MEGABYTE + 1];
    new Random(3).nextBytes(payload);
    payload[0] = 0;
    try (WebSocketProbe client = new WebSocketProbe(server.port(), "/exec", "v5.channel.k8s.io")) {
      ScriptedProcess process = process();
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.frame(true, 2, payload);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      int largest = 0;
      while (got.size() < payload.length - 1) {
        byte[] piece = process.input.take();
        largest = Math.max(largest, piece.length);
        got.writeBytes(piece);
      }
      sender.join();
      assertArrayEquals(
          java.util.Arrays.copyOfRange(payload, 1, payload.length), got.toByteArray());
      assertTrue(largest <= 32 * 1024, "a piece of " + largest + " bytes");
    }
  }

  @Test
  void webSocket_unknownProtocol_isRefusedWithASentence() throws Exception {
    try (WebSocketProbe client = new WebSocketProbe(server.port(), "/exec", "v9.channel.k8s.io")) {
      assertTrue(client.head().startsWith("HTTP/1.1 400 "), client.head());
    }
  }

  @Test
  void spdy_largeStreamsBothWays_areByteExact() throws Exception {
    byte[] sent = new byte[8 * MEGABYTE];
    new Random(1).nextBytes(sent);
    try (RemoteProcess client = SpdyProcess.open(server.spdy(), server.url("/exec"), ALL)) {
      ScriptedProcess process = process();
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int at = 0; at < sent.length; at += MEGABYTE) {
                    client.write(ByteBuffer.wrap(sent, at, MEGABYTE));
                  }
                  client.closeInput();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      Thread echo =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  byte[] piece = process.input.take();
                  for (; piece.length > 0; piece = process.input.take()) {
                    process.say(false, piece);
                  }
                  process.exit(3);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      for (var o = client.read(); o.isPresent(); o = client.read()) {
        byte[] piece = new byte[o.get().bytes().remaining()];
        o.get().bytes().get(piece);
        got.writeBytes(piece);
      }
      writer.join();
      echo.join();
      assertArrayEquals(sent, got.toByteArray());
      assertEquals(CommandStatus.exit(3), client.outcome());
    }
  }

  @Test
  void spdy_processThatDoesNotRead_stallsTheWriter() throws Exception {
    try (RemoteProcess client = SpdyProcess.open(server.spdy(), server.url("/exec"), ALL)) {
      ScriptedProcess process = process();
      var written = new java.util.concurrent.atomic.AtomicLong();
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (written.get() < 256L * MEGABYTE) {
                    client.write(ByteBuffer.wrap(new byte[MEGABYTE / 4]));
                    written.addAndGet(MEGABYTE / 4);
                  }
                } catch (IOException e) {
                  // The test is over.
                }
              });
      long seen = -1;
      List<Long> marks = new ArrayList<>();
      while (seen != written.get() || seen == 0) {
        seen = written.get();
        marks.add(seen);
        writer.join(300);
      }
      // What is under way sits in sockets and bounded inboxes.
      assertTrue(seen < 64L * MEGABYTE, "written without a reader: " + marks);
      process.input.take();
      process.input.take();
    }
  }

  @Test
  void spdy_refusal_saysWhatTheServerAccepts() {
    IOException refused =
        assertThrows(
            IOException.class, () -> SpdyProcess.open(server.spdy(), server.url("/forward"), ALL));
    assertTrue(String.valueOf(refused.getMessage()).contains("portforward.k8s.io"));
  }
}
