package dev.wherry.cli.client.http;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.cli.kubeconfig.KubeconfigException;
import dev.wherry.machinery.pki.PkiException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Connections to one server on which HTTP/1.1 is spoken by whoever asks for them. */
public final class RawLink {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;

  private final Access access;
  private final URI server;
  private final Optional<SSLContext> tls;

  /**
   * @throws ClientException when the credentials cannot be used
   */
  public RawLink(Access access) {
    this.access = access;
    this.server = URI.create(access.server());
    try {
      this.tls =
          access.server().startsWith("https:")
              ? Optional.of(access.tls().context())
              : Optional.empty();
    } catch (GeneralSecurityException | PkiException e) {
      throw new KubeconfigException("the kubeconfig's credentials: " + e.getMessage(), e);
    }
  }

  /** Host and port as they stand in a request. */
  public String authority() {
    return String.valueOf(server.getAuthority());
  }

  /** What stands before every path on this server; "" as a rule. */
  public String pathPrefix() {
    String path = server.getPath();
    return path == null || path.equals("/") ? "" : path.replaceAll("/$", "");
  }

  /** The headers that tell who we are. */
  public List<Credentials.Header> credentials() {
    return Credentials.of(access);
  }

  /** Opens a connection; the caller closes it. */
  public Socket open() throws IOException {
    String host = server.getHost();
    int port = server.getPort() > 0 ? server.getPort() : tls.isPresent() ? HTTPS_PORT : HTTP_PORT;
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host, port), (int) CONNECT_TIMEOUT.toMillis());
      if (tls.isEmpty()) {
        return socket;
      }
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      SSLSocket secured =
          (SSLSocket) tls.get().getSocketFactory().createSocket(socket, bare, port, true);
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      parameters.setApplicationProtocols(new String[] {"http/1.1"});
      if (!access.tls().serverName().isEmpty()) {
        parameters.setServerNames(List.of(new SNIHostName(access.tls().serverName())));
      }
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      return secured;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
