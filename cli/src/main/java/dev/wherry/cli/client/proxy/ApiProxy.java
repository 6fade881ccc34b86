package dev.wherry.cli.client.proxy;

import dev.wherry.cli.client.http.Credentials;
import dev.wherry.cli.client.http.RawLink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Passes each request on over a connection of its own: only the head is read and written anew, so
 * that watches, upgrades and bodies of any length go through as they are.
 */
final class ApiProxy {
  private static final System.Logger LOG = System.getLogger(ApiProxy.class.getName());

  private final RawLink link;
  private final Optional<RequestFilter> filter;
  private final Paths paths;

  /**
   * What is where.
   *
   * @param api what stands before the API's paths
   * @param files what stands before the paths of files
   * @param root the folder of files; empty for none
   * @param appendServer whether the path of the server's URL is put before each
   */
  record Paths(String api, String files, Optional<LocalFiles> root, boolean appendServer) {
    /** The path on the server; empty where the API is not meant. */
    Optional<String> onServer(String target) {
      if (!target.startsWith(api)) {
        return Optional.empty();
      }
      if (api.startsWith("/api")) {
        return Optional.of(target);
      }
      String rest = target.substring(api.length());
      return Optional.of(rest.startsWith("/") ? rest : "/" + rest);
    }
  }

  /**
   * @param filter empty to pass everything on
   */
  ApiProxy(RawLink link, Optional<RequestFilter> filter, Paths paths) {
    this.link = link;
    this.filter = filter;
    this.paths = paths;
  }

  /** Serves until the listener is closed. */
  void serve(ServerSocketChannel listener) throws IOException {
    while (listener.isOpen()) {
      SocketChannel client = listener.accept();
      Thread.ofVirtual().name("proxy-connection").start(() -> serve(client));
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      InputStream in = Channels.newInputStream(client);
      OutputStream out = Channels.newOutputStream(client);
      Optional<RequestHead> head = RequestHead.read(in);
      if (head.isPresent()) {
        answer(head.get(), in, out);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "proxy=broken why=\"{0}\"", e.getMessage());
    }
  }

  private void answer(RequestHead head, InputStream in, OutputStream out) throws IOException {
    if (paths.root().isPresent() && head.path().startsWith(paths.files())) {
      paths.root().get().answer(head.path().substring(paths.files().length()), out);
      return;
    }
    if (filter.isPresent()
        && !filter.get().passes(head.method(), head.path(), head.header("host"))) {
      LocalFiles.text(out, "403 Forbidden", "Forbidden");
      return;
    }
    Optional<String> target = paths.onServer(head.target());
    if (target.isEmpty()) {
      LocalFiles.text(out, "404 Not Found", "404 page not found");
      return;
    }
    Socket server;
    try {
      server = link.open();
    } catch (IOException e) {
      LocalFiles.text(out, "500 Internal Server Error", String.valueOf(e.getMessage()));
      return;
    }
    try (server) {
      carry(head, target.get(), server, in, out);
    }
  }

  private void carry(
      RequestHead head, String target, Socket server, InputStream in, OutputStream out)
      throws IOException {
    OutputStream up = server.getOutputStream();
    up.write(written(head, target).getBytes(StandardCharsets.ISO_8859_1));
    up.flush();
    Thread body = Thread.ofVirtual().name("proxy-body").start(() -> copy(in, up));
    server.getInputStream().transferTo(out);
    body.interrupt();
  }

  private static void copy(InputStream in, OutputStream up) {
    try {
      in.transferTo(up);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.TRACE, "proxy=ended why=\"{0}\"", e.getMessage());
    }
  }

  private String written(RequestHead head, String target) {
    StringBuilder text = new StringBuilder();
    String prefix = paths.appendServer() ? link.pathPrefix() : "";
    text.append(head.method()).append(' ').append(prefix).append(target).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(link.authority()).append("\r\n");
    for (String line : head.lines()) {
      boolean ours =
          switch (RequestHead.name(line)) {
            case "host", "keep-alive", "proxy-connection" -> true;
            case "connection" -> !head.upgrades();
            default -> false;
          };
      if (!ours) {
        text.append(line).append("\r\n");
      }
    }
    if (!head.upgrades()) {
      text.append("Connection: close\r\n");
    }
    boolean named = !head.header("authorization").isEmpty();
    for (Credentials.Header header : link.credentials()) {
      if (!(named && header.name().equals("Authorization"))) {
        text.append(header.name()).append(": ").append(header.value()).append("\r\n");
      }
    }
    return text.append("\r\n").toString();
  }
}
