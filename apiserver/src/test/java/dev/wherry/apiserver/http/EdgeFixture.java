package dev.wherry.apiserver.http;

import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.pki.ServerPkiConfig;
import dev.wherry.apiserver.pki.ServerTls;
import dev.wherry.machinery.pki.TlsContexts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A real edge on a free port, and clients that trust it. */
public final class EdgeFixture implements AutoCloseable {
  private final ServerPki pki;
  private final HttpEdge edge;
  private final SSLContext trusting;

  public EdgeFixture(Path directory, HttpLimits limits, RequestHandler handler)
      throws InterruptedException {
    pki =
        ServerPki.open(
            directory.resolve("pki"),
            ServerPkiConfig.withHosts(List.of()),
            InstantSource.system(),
            new SecureRandom());
    trusting = TlsContexts.trusting(List.of(pki.authority().certificate()));
    edge =
        HttpEdge.start(
            limits,
            new ServerTls(pki, ServerTls.Minimum.TLS_1_3),
            handler,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public static HttpLimits limits() {
    return new HttpLimits(4_096, 8_192, 8, 8, 50, 30, 30);
  }

  public ServerPki pki() {
    return pki;
  }

  public HttpEdge edge() {
    return edge;
  }

  public SSLContext trusting() {
    return trusting;
  }

  public URI uri(String target) {
    return URI.create("https://localhost:" + edge.port() + target);
  }

  public HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().sslContext(trusting).version(version).build();
  }

  public HttpResponse<String> get(HttpClient client, String target)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(target)).timeout(Duration.ofSeconds(120)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** A TLS connection without ALPN: HTTP/1.1 by hand. */
  public SSLSocket connect() throws IOException {
    SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket("localhost", edge.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  public static void send(SSLSocket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** Reads until the text stands in what came, or the server hangs up. */
  public static String readUntil(SSLSocket socket, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[4_096];
    while (read.indexOf(text) < 0) {
      int n = in.read(buffer);
      if (n < 0) {
        break;
      }
      read.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
    }
    return read.toString();
  }

  @Override
  public void close() {
    edge.close();
  }
}
