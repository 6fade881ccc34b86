package dev.wherry.cli.client.stream;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

/** A WebSocket server for one connection that plays a kubelet by a script (RFC 6455). */
final class FakeContainer implements AutoCloseable {
  private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int FINAL_BINARY = 0x82;
  private static final int CLOSE_FRAME = 0x88;

  /** What happens once the connection is open. */
  interface Script {
    void play(Connection connection) throws IOException;
  }

  /** A message of the client: its channel and what followed. */
  record Message(int channel, byte[] bytes) {
    String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** The server's end. */
  static final class Connection {
    private final DataInputStream in;
    private final OutputStream out;

    private Connection(DataInputStream in, OutputStream out) {
      this.in = in;
      this.out = out;
    }

    Message read() throws IOException {
      in.readUnsignedByte();
      int length = in.readUnsignedByte() & 0x7F;
      int size =
          length == 126 ? in.readUnsignedShort() : length == 127 ? (int) in.readLong() : length;
      byte[] mask = in.readNBytes(4);
      byte[] data = in.readNBytes(size);
      for (int i = 0; i < size; i++) {
        data[i] ^= mask[i % 4];
      }
      byte[] rest = new byte[Math.max(0, size - 1)];
      System.arraycopy(data, Math.min(1, size), rest, 0, rest.length);
      return new Message(size == 0 ? -1 : Byte.toUnsignedInt(data[0]), rest);
    }

    void send(int channel, String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      frame.write(FINAL_BINARY);
      int size = bytes.length + 1;
      if (size < 126) {
        frame.write(size);
      } else {
        frame.write(126);
        frame.write(size >> 8);
        frame.write(size);
      }
      frame.write(channel);
      frame.write(bytes);
      out.write(frame.toByteArray());
      out.flush();
    }

    void close() throws IOException {
      out.write(new byte[] {(byte) CLOSE_FRAME, 2, 3, (byte) 0xE8});
      out.flush();
    }
  }

  private final ServerSocket socket;
  private final CompletableFuture<String> request = new CompletableFuture<>();

  FakeContainer(Script script) throws IOException {
    this.socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> serve(script));
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort();
  }

  /** The request's head. */
  String request() {
    return request.join();
  }

  private void serve(Script script) {
    try (Socket connection = socket.accept();
        DataInputStream in = new DataInputStream(connection.getInputStream())) {
      StringBuilder head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        head.append((char) in.readUnsignedByte());
      }
      request.complete(head.toString());
      String key = head.toString().replaceAll("(?s).*Sec-WebSocket-Key: ([^\r]+)\r.*", "$1");
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + ACCEPT_SALT).getBytes(StandardCharsets.US_ASCII));
      String answer =
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + Base64.getEncoder().encodeToString(hash)
              + "\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n";
      OutputStream out = connection.getOutputStream();
      out.write(answer.getBytes(StandardCharsets.US_ASCII));
      script.play(new Connection(in, out));
      in.readNBytes(4_096);
    } catch (IOException | GeneralSecurityException e) {
      request.completeExceptionally(e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
