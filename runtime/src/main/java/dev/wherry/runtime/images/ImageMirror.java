package dev.wherry.runtime.images;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The store as a read-only registry (OCI distribution specification: pull) on the loopback address.
 * A repository is named either with its registry as the query {@code ns} (containerd's mirrors) or
 * as the first part of its path (Docker, which knows no mirrors but for docker.io). What was not
 * imported is 404, upon which runtimes ask the registry itself.
 */
public final class ImageMirror implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ImageMirror.class.getName());
  private static final Pattern REQUEST =
      Pattern.compile("/v2/(?<name>[^?]+)/(?<what>manifests|blobs)/(?<reference>[^/?]+)");
  private static final String PORT_FILE = "mirror-port";
  private static final int BACKLOG = 64;

  private final ImageStore store;
  private final HttpServer server;

  private ImageMirror(ImageStore store, HttpServer server) {
    this.store = store;
    this.server = server;
  }

  /**
   * Serves a store, on the port it had last if that is free, since runtimes remember it.
   *
   * @param stateDirectory where the port is remembered
   */
  public static ImageMirror start(ImageStore store, Path stateDirectory) throws IOException {
    Files.createDirectories(stateDirectory);
    Path portFile = stateDirectory.resolve(PORT_FILE);
    HttpServer server = bind(lastPort(portFile));
    Files.writeString(portFile, Integer.toString(server.getAddress().getPort()));
    var mirror = new ImageMirror(store, server);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", mirror::handle);
    server.start();
    return mirror;
  }

  private static int lastPort(Path file) {
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  private static HttpServer bind(int port) throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try {
      return HttpServer.create(new InetSocketAddress(loopback, port), BACKLOG);
    } catch (IOException e) {
      return HttpServer.create(new InetSocketAddress(loopback, 0), BACKLOG);
    }
  }

  /** Host and port, as the first part of an image name. */
  public String authority() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        error(exchange, 405, "UNSUPPORTED", "this registry is read-only");
        return;
      }
      String path = exchange.getRequestURI().getPath();
      Matcher request = REQUEST.matcher(path);
      if (path.equals("/v2/") || path.equals("/v2")) {
        exchange.getResponseHeaders().set("Docker-Distribution-Api-Version", "registry/2.0");
        exchange.sendResponseHeaders(200, -1);
      } else if (!request.matches()) {
        error(exchange, 404, "NAME_UNKNOWN", "no such path");
      } else if (request.group("what").equals("blobs")) {
        blob(exchange, request.group("reference"), "application/octet-stream");
      } else {
        manifest(exchange, request.group("name"), request.group("reference"));
      }
    } catch (IllegalArgumentException e) {
      error(exchange, 404, "NAME_INVALID", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "mirror answer cut short: {0}", e.getMessage());
      throw e;
    }
  }

  private void manifest(HttpExchange exchange, String name, String reference) throws IOException {
    if (reference.startsWith("sha256:")) {
      Optional<Path> file = store.blob(reference);
      if (file.isPresent() && known(repository(exchange, name))) {
        blob(exchange, reference, ImageStore.mediaType(store.manifest(reference)));
        return;
      }
    } else {
      Optional<StoredImage> image =
          store.find(ImageName.parse(repository(exchange, name) + ":" + reference));
      if (image.isPresent()) {
        blob(exchange, image.get().digest(), image.get().mediaType());
        return;
      }
    }
    error(exchange, 404, "MANIFEST_UNKNOWN", name + ":" + reference + " was not imported");
  }

  private boolean known(String repository) {
    String full = ImageName.parse(repository).repository();
    return store.list().stream().anyMatch(image -> image.name().repository().equals(full));
  }

  private static String repository(HttpExchange exchange, String name) {
    String query = exchange.getRequestURI().getQuery();
    if (query != null) {
      for (String parameter : query.split("&", -1)) {
        if (parameter.startsWith("ns=")) {
          return parameter.substring(3) + "/" + name;
        }
      }
    }
    return decode(name);
  }

  /**
   * The repository under which Docker pulls a name from here; a port's colon cannot stand in it.
   */
  public String repositoryFor(ImageName name) {
    return authority() + "/" + name.domain().replace(":", "__") + "/" + name.path();
  }

  /** The reverse: the repository meant by one of this mirror's, at whatever port it was. */
  public static Optional<String> originalRepository(String repository) {
    return repository.matches("127\\.0\\.0\\.1:[0-9]+/.+/.+")
        ? Optional.of(decode(repository.substring(repository.indexOf('/') + 1)))
        : Optional.empty();
  }

  private static String decode(String path) {
    int slash = path.indexOf('/');
    return slash < 0 ? path : path.substring(0, slash).replace("__", ":") + path.substring(slash);
  }

  private void blob(HttpExchange exchange, String digest, String mediaType) throws IOException {
    Optional<Path> file = store.blob(digest);
    if (file.isEmpty()) {
      error(exchange, 404, "BLOB_UNKNOWN", digest + " was not imported");
      return;
    }
    long size = Files.size(file.get());
    exchange.getResponseHeaders().set("Content-Type", mediaType);
    exchange.getResponseHeaders().set("Docker-Content-Digest", digest);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Long.toString(size));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
    try (OutputStream out = exchange.getResponseBody()) {
      Files.copy(file.get(), out);
    }
  }

  private static void error(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    ObjectNode tree = Trees.object();
    tree.putArray("errors").addObject().put("code", code).put("message", message);
    byte[] body = Trees.bytes(tree);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
