package dev.wherry.network.ingress.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that writes and reads bytes. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 120_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  RawClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
  }

  Socket socket() {
    return socket;
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** A request without a body. */
  RawClient get(String path, String... headers) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n" + lines(headers) + "\r\n");
  }

  static String lines(String... headers) {
    return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
  }

  /** Up to and with a text. */
  String readTo(String end) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    String text = "";
    while (!text.endsWith(end)) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("ended after: " + text);
      }
      read.write(b);
      text = read.toString(StandardCharsets.ISO_8859_1);
    }
    return text;
  }

  /** A head and a body with a length. */
  String readAnswer() throws IOException {
    String head = readTo("\r\n\r\n");
    int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length:");
    if (at < 0) {
      return head;
    }
    int length = Integer.parseInt(head.substring(at + 15, head.indexOf("\r\n", at)).trim());
    return head + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }

  int status() throws IOException {
    return Integer.parseInt(readAnswer().substring(9, 12));
  }

  String readBytes(int count) throws IOException {
    return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
  }

  String readAll() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  boolean isEnded() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
