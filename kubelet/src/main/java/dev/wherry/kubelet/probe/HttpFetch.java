package dev.wherry.kubelet.probe;

import dev.wherry.machinery.pki.TlsContexts;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One GET over a connection of its own, blocking; certificates are not checked, for a probe asks
 * whether a container answers and not who it is. At most {@value #BODY_BYTES_MAX} bytes of a body
 * are read.
 */
final class HttpFetch implements AutoCloseable {
  static final String PLAIN_ANSWER = "http: server gave HTTP response to HTTPS client";
  private static final int BODY_BYTES_MAX = 10 * 1024;
  private static final int CHUNK_BYTES = 4 * 1024;

  /** The JDK's words where an answer does not begin as TLS does. */
  private static final String NOT_TLS = "Unsupported or unrecognized SSL message";

  private final HttpUrl url;
  private final long deadlineNanos;
  private final EmbeddedChannel decoder = new EmbeddedChannel(new HttpResponseDecoder());
  private @Nullable HttpResponse head;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private boolean complete;

  /** An answer; the body may be cut at its bound. */
  record Page(int status, @Nullable String location, String body) {}

  private HttpFetch(HttpUrl url, long deadlineNanos) {
    this.url = url;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Asks once.
   *
   * @param headers lines of the head, {@code Host} among them
   * @param deadlineNanos by {@link System#nanoTime}
   */
  static Page get(HttpUrl url, List<Map.Entry<String, String>> headers, long deadlineNanos)
      throws HttpFailure {
    try (HttpFetch fetch = new HttpFetch(url, deadlineNanos);
        Socket plain = new Socket()) {
      try {
        plain.connect(new InetSocketAddress(url.host(), url.port()), fetch.millisLeft());
      } catch (IOException e) {
        throw new HttpFailure(dialError(e, url.authority()), false);
      }
      return fetch.exchange(plain, headers);
    } catch (IOException e) {
      throw new HttpFailure(String.valueOf(e.getMessage()), false);
    }
  }

  private Page exchange(Socket plain, List<Map.Entry<String, String>> headers)
      throws HttpFailure, IOException {
    try {
      plain.setSoTimeout(millisLeft());
      Socket socket = url.tls() ? secure(plain) : plain;
      StringBuilder text = new StringBuilder("GET ").append(url.pathAndQuery());
      text.append(" HTTP/1.1\r\n");
      headers.forEach(
          line -> text.append(line.getKey()).append(": ").append(line.getValue()).append("\r\n"));
      text.append("Connection: close\r\n\r\n");
      socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
      return read(plain, socket.getInputStream());
    } catch (SocketTimeoutException _) {
      throw tooLate();
    } catch (SSLException e) {
      throw new HttpFailure(
          String.valueOf(e.getMessage()).startsWith(NOT_TLS)
              ? PLAIN_ANSWER
              : "tls: " + e.getMessage(),
          head != null);
    } catch (SocketException e) {
      boolean reset = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("reset");
      throw new HttpFailure(
          "read tcp %s->%s: %s"
              .formatted(
                  plain.getLocalSocketAddress().toString().replaceFirst("^.*/", ""),
                  url.authority(),
                  reset ? "read: connection reset by peer" : e.getMessage()),
          head != null);
    }
  }

  private Page read(Socket plain, InputStream in) throws HttpFailure, IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    while (!complete && body.size() < BODY_BYTES_MAX) {
      plain.setSoTimeout(millisLeft());
      int count = in.read(chunk);
      if (count < 0) {
        decoder.finish();
        take(new byte[0]);
        break;
      }
      decoder.writeInbound(Unpooled.copiedBuffer(chunk, 0, count));
      take(chunk);
    }
    HttpResponse answer = head;
    if (answer == null) {
      throw new HttpFailure("EOF", false);
    }
    if (!complete && body.size() < BODY_BYTES_MAX) {
      throw new HttpFailure("unexpected EOF", true);
    }
    byte[] bytes = body.toByteArray();
    return new Page(
        answer.status().code(),
        answer.headers().get("Location"),
        new String(bytes, 0, Math.min(bytes.length, BODY_BYTES_MAX), StandardCharsets.UTF_8));
  }

  private void take(byte[] seen) throws HttpFailure {
    for (Object part = decoder.readInbound(); part != null; part = decoder.readInbound()) {
      try {
        if (part instanceof HttpResponse answer) {
          if (answer.decoderResult().isFailure()) {
            String line = new String(seen, StandardCharsets.UTF_8).lines().findFirst().orElse("");
            throw new HttpFailure(
                "net/http: HTTP/1.x transport connection broken: malformed HTTP response \"%s\""
                    .formatted(line.strip()),
                false);
          }
          head = answer;
        }
        if (part instanceof HttpContent content) {
          part(content);
        }
      } finally {
        ReferenceCountUtil.release(part);
      }
    }
  }

  private void part(HttpContent content) throws HttpFailure {
    if (content.decoderResult().isFailure()) {
      throw new HttpFailure("unexpected EOF", true);
    }
    byte[] bytes = new byte[content.content().readableBytes()];
    content.content().readBytes(bytes);
    body.writeBytes(bytes);
    if (content instanceof LastHttpContent) {
      HttpResponse answer = head;
      boolean informs = answer != null && answer.status().code() < 200;
      complete = !informs;
    }
  }

  private HttpFailure tooLate() {
    return head == null
        ? new HttpFailure(
            "context deadline exceeded (Client.Timeout exceeded while awaiting headers)", false)
        : new HttpFailure(
            "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
            true);
  }

  private int millisLeft() throws HttpFailure {
    long left = Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis();
    if (left <= 0) {
      throw tooLate();
    }
    return (int) Math.min(left, Integer.MAX_VALUE);
  }

  /** Why nobody could be reached at an address. */
  static String dialError(IOException e, String authority) {
    return switch (e) {
      case SocketTimeoutException _ -> "dial tcp " + authority + ": i/o timeout";
      case NoRouteToHostException _ -> "dial tcp " + authority + ": connect: no route to host";
      case ConnectException _
          when String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("refused") ->
          "dial tcp " + authority + ": connect: connection refused";
      case UnknownHostException _ ->
          "dial tcp: lookup %s: no such host"
              .formatted(authority.substring(0, authority.lastIndexOf(':')));
      default -> "dial tcp " + authority + ": connect: " + e.getMessage();
    };
  }

  private SSLSocket secure(Socket plain) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            Trusting.CONTEXT.getSocketFactory().createSocket(plain, url.host(), url.port(), true);
    socket.startHandshake();
    return socket;
  }

  @Override
  public void close() {
    decoder.finishAndReleaseAll();
  }

  /** Made when the first probe by HTTPS runs. */
  private static final class Trusting {
    static final SSLContext CONTEXT = TlsContexts.trustingAnybody();
  }
}
