package dev.wherry.network.ingress.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** A small HTTP/1.1 server that does what a test says, one virtual thread for a connection. */
final class TestBackend implements AutoCloseable {
  /** A request as it came in. */
  record Request(String head, byte[] body) {
    String line() {
      return head.substring(0, head.indexOf("\r\n"));
    }

    /** The value of a header; "" for none. */
    String header(String name) {
      for (String line : head.split("\r\n")) {
        if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
          return line.substring(name.length() + 1).trim();
        }
      }
      return "";
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** Answers a request; false ends the connection. */
  interface Handler {
    boolean handle(Request request, Socket socket) throws IOException;
  }

  private final ServerSocket listener;
  private final Handler handler;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  private TestBackend(ServerSocket listener, Handler handler) {
    this.handler = handler;
    this.listener = listener;
    Thread.ofVirtual().start(this::accept);
  }

  static TestBackend start(Handler handler) throws IOException {
    return new TestBackend(new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress()), handler);
  }

  /** The same over TLS. */
  static TestBackend secured(SSLContext context, Handler handler) throws IOException {
    return new TestBackend(
        context
            .getServerSocketFactory()
            .createServerSocket(0, 1_000, InetAddress.getLoopbackAddress()),
        handler);
  }

  /** Answers every request with a text. */
  static TestBackend saying(String text) throws IOException {
    return start((request, socket) -> answer(socket, text));
  }

  static boolean answer(Socket socket, String text) throws IOException {
    write(socket, "HTTP/1.1 200 OK\r\ncontent-length: " + text.length() + "\r\n\r\n" + text);
    return true;
  }

  static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  List<Request> requests() {
    return requests;
  }

  Request last() {
    return requests.getLast();
  }

  /** How many connections there were. */
  int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The way to end.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        String head = readHead(in);
        if (head.isEmpty()) {
          return;
        }
        Request bare = new Request(head, new byte[0]);
        Request request = new Request(head, readBody(bare, in));
        requests.add(request);
        if (!handler.handle(request, socket)) {
          return;
        }
      }
    } catch (IOException | UncheckedIOException gone) {
      // The proxy hung up.
    }
  }

  private static String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      head.write(b);
      String text = head.toString(StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    return "";
  }

  private static byte[] readBody(Request request, InputStream in) throws IOException {
    if (request.header("transfer-encoding").equals("chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (true) {
        int size = Integer.parseInt(line(in), 16);
        body.write(in.readNBytes(size));
        line(in);
        if (size == 0) {
          return body.toByteArray();
        }
      }
    }
    String length = request.header("content-length");
    return length.isEmpty() ? new byte[0] : in.readNBytes(Integer.parseInt(length));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.append((char) b);
    }
    return line.toString().trim();
  }

  /** Hangs up on everybody. */
  void cut() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    sockets.clear();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
