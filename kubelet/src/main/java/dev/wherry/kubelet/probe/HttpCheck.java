package dev.wherry.kubelet.probe;

import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.HTTPHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * One HTTP or HTTPS request as probes and hooks make it: success is 200 to 399, certificates are
 * not checked, a redirect counts as success without being followed to another host (rule: probes).
 */
public final class HttpCheck {
  private static final int BODY_BYTES_MAX = 10 * 1024;
  private static final int SUCCESS_MIN = 200;
  private static final int SUCCESS_END = 400;

  private HttpCheck() {}

  /** What came back, or why nothing did. */
  public record Answer(boolean success, String text) {}

  /** Asks once; the timeout is for connecting and for each read. */
  public static Answer get(HTTPGetAction action, String host, int port, Duration timeout) {
    boolean tls = action.scheme().equalsIgnoreCase("HTTPS");
    String path = action.path().isEmpty() ? "/" : action.path();
    String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    String url = (tls ? "https" : "http") + "://" + shown + ":" + port + path;
    try (Socket plain = new Socket()) {
      int millis = (int) timeout.toMillis();
      plain.connect(new InetSocketAddress(host, port), millis);
      plain.setSoTimeout(millis);
      Socket socket = tls ? secure(plain, host, port) : plain;
      send(socket.getOutputStream(), action, shown + ":" + port, path);
      return read(socket.getInputStream());
    } catch (java.net.SocketTimeoutException _) {
      return new Answer(
          false,
          "Get \""
              + url
              + "\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    } catch (java.net.ConnectException _) {
      return new Answer(
          false,
          "Get \"" + url + "\": dial tcp " + shown + ":" + port + ": connect: connection refused");
    } catch (IOException | GeneralSecurityException e) {
      return new Answer(false, "Get \"" + url + "\": " + e.getMessage());
    }
  }

  private static void send(OutputStream out, HTTPGetAction action, String host, String path)
      throws IOException {
    StringBuilder head = new StringBuilder("GET ").append(path).append(" HTTP/1.1\r\n");
    boolean hasHost = false;
    boolean hasAgent = false;
    boolean hasAccept = false;
    for (HTTPHeader header : action.httpHeaders()) {
      String name = header.name().toLowerCase(Locale.ROOT);
      hasHost |= name.equals("host");
      hasAgent |= name.equals("user-agent");
      hasAccept |= name.equals("accept");
      head.append(header.name()).append(": ").append(header.value()).append("\r\n");
    }
    if (!hasHost) {
      head.append("Host: ").append(host).append("\r\n");
    }
    if (!hasAgent) {
      head.append("User-Agent: kube-probe/1.36\r\n");
    }
    if (!hasAccept) {
      head.append("Accept: */*\r\n");
    }
    head.append("Connection: close\r\n\r\n");
    out.write(head.toString().getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static Answer read(InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(BODY_BYTES_MAX);
    String text = new String(bytes, StandardCharsets.UTF_8);
    String[] status = text.substring(0, Math.max(0, text.indexOf('\r'))).split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/1.")) {
      return new Answer(false, "malformed HTTP response");
    }
    int code = Integer.parseInt(status[1]);
    int body = text.indexOf("\r\n\r\n");
    return code >= SUCCESS_MIN && code < SUCCESS_END
        ? new Answer(true, body < 0 ? "" : text.substring(body + 4))
        : new Answer(false, "HTTP probe failed with statuscode: " + code);
  }

  private static Socket secure(Socket plain, String host, int port)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new AnyCertificate()}, null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
    socket.startHandshake();
    return socket;
  }

  /** Probes ask whether a container answers, not who it is. */
  private static final class AnyCertificate implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
