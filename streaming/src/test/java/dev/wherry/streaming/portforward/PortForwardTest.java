package dev.wherry.streaming.portforward;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.streaming.fixture.StreamServer;
import dev.wherry.streaming.fixture.WebSocketProbe;
import dev.wherry.streaming.remotecommand.CommandStreams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Forwarded connections over real sockets; port 7 is a listener of the test, others refuse. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PortForwardTest {
  private static final int CONNECTIONS = 100;
  private static final int BYTES = 200_000;

  private StreamServer server;
  private ServerSocket pod;

  @BeforeEach
  void start() throws IOException {
    pod = new ServerSocket(0, CONNECTIONS, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
    server =
        new StreamServer(
            new CommandStreams(false, true, false, false),
            () -> {
              throw new IOException("no command here");
            },
            List.of(7),
            port -> {
              if (port != 7) {
                throw new IOException("nobody listens");
              }
              return new SocketConnection(new Socket(pod.getInetAddress(), pod.getLocalPort()));
            });
  }

  /** Echoes; answers the end of a client's input with "bye" and its own end. */
  private void accept() {
    while (true) {
      try {
        Socket socket = pod.accept();
        Thread.ofVirtual()
            .start(() -> {
              try (socket) {
                socket.getInputStream().transferTo(socket.getOutputStream());
                socket.getOutputStream().write(bytes("bye"));
              } catch (IOException e) {
                // The client is gone.
              }
            });
      } catch (IOException e) {
        return;
      }
    }
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    pod.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private record SocketConnection(Socket socket) implements PodConnection {
    @Override
    public int read(byte[] chunk) throws IOException {
      return socket.getInputStream().read(chunk);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      socket.getOutputStream().write(bytes.array(), bytes.position(), bytes.remaining());
    }

    @Override
    public void closeInput() throws IOException {
      socket.shutdownOutput();
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        // Gone already.
      }
    }
  }

  @Test
  void spdy_manyConnections_eachHalfClosesAlone() throws Exception {
    List<Callable<byte[]>> clients = new ArrayList<>();
    List<byte[]> expected = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      byte[] sent = new byte[BYTES];
      new Random(i).nextBytes(sent);
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      whole.writeBytes(sent);
      whole.writeBytes(bytes("bye"));
      expected.add(whole.toByteArray());
      clients.add(() -> exchange(sent));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> answers = threads.invokeAll(clients);
      for (int i = 0; i < CONNECTIONS; i++) {
        assertArrayEquals(expected.get(i), answers.get(i).get(), "connection " + i);
      }
    }
  }

  private byte[] exchange(byte[] sent) throws IOException, InterruptedException {
    try (PodConnection client = SpdyPodConnection.open(server.spdy(), server.url("/forward"), 7)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.write(ByteBuffer.wrap(sent));
                  client.closeInput();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      byte[] chunk = new byte[10_000];
      for (int n = client.read(chunk); n >= 0; n = client.read(chunk)) {
        got.write(chunk, 0, n);
      }
      writer.join();
      return got.toByteArray();
    }
  }

  @Test
  void spdy_refusedPort_saysWhy() throws Exception {
    try (PodConnection client = SpdyPodConnection.open(server.spdy(), server.url("/forward"), 8)) {
      IOException why = assertThrows(IOException.class, () -> client.read(new byte[10]));
      assertEquals("error forwarding port 8 to pod: nobody listens", why.getMessage());
    }
  }

  @Test
  void webSocketChannels_beginWithThePortAndEndWithThePod() throws Exception {
    try (WebSocketProbe client =
        new WebSocketProbe(server.port(), "/forward", "v4.channel.k8s.io")) {
      assertArrayEquals(new byte[] {0, 7, 0}, client.read().payload());
      assertArrayEquals(new byte[] {1, 7, 0}, client.read().payload());
      client.binary(bytes("\0def"));
      assertEquals("\0def", client.read().text());
    }
  }

  @Test
  void tunnel_carriesSpdyInMessages() throws Exception {
    try (WebSocketProbe client =
        new WebSocketProbe(server.port(), "/forward", "SPDY/3.1+portforward.k8s.io")) {
      assertTrue(client.head().contains("SPDY/3.1+portforward.k8s.io"), client.head());
      byte[] ping = {(byte) 0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1};
      client.frame(false, 2, java.util.Arrays.copyOf(ping, 5));
      client.frame(true, 0, java.util.Arrays.copyOfRange(ping, 5, 12));
      assertArrayEquals(ping, client.read().payload());
    }
  }
}
