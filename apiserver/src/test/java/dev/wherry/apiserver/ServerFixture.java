package dev.wherry.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.HttpLimits;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.pki.ServerTls;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/** A whole API server over a real store, and its administrator as a client. */
public final class ServerFixture implements AutoCloseable {
  private final Store store;
  private final ApiServer server;
  private final HttpClient client;

  private ServerFixture(Store store, ApiServer server) {
    this.store = store;
    this.server = server;
    ServerPki pki = server.pki();
    this.client =
        HttpClient.newBuilder()
            .sslContext(
                TlsContexts.mutual(
                    () -> pki.identity(ServerPki.Leaf.ADMIN),
                    List.of(pki.authority().certificate())))
            .build();
  }

  public static ServerFixture start(Path data) throws InterruptedException {
    return start(data, HttpLimits.defaults());
  }

  public static ServerFixture start(Path data, HttpLimits limits) throws InterruptedException {
    return start(data, limits, ProtectionConfig.NONE);
  }

  public static ServerFixture start(Path data, ProtectionConfig protection)
      throws InterruptedException {
    return start(data, HttpLimits.defaults(), protection);
  }

  private static ServerFixture start(Path data, HttpLimits limits, ProtectionConfig protection)
      throws InterruptedException {
    Store store = RocksStore.open(data.resolve("db"), RocksStoreConfig.defaults());
    ApiServerConfig config =
        new ApiServerConfig(
            data,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            List.of(),
            ClusterRanges.DEFAULT.services(),
            limits,
            ServerTls.Minimum.TLS_1_3,
            protection,
            ApiChoices.DEFAULT);
    return new ServerFixture(
        store,
        ApiServer.start(
            config, store, InstantSource.system(), UUID::randomUUID, new SecureRandom()));
  }

  public ApiServer server() {
    return server;
  }

  public Store store() {
    return store;
  }

  public HttpClient client() {
    return client;
  }

  public URI uri(String path) {
    return URI.create("https://localhost:" + server.port() + path);
  }

  /** An answer with its code, headers and body. */
  public record Answer(HttpResponse<byte[]> http) {
    public int code() {
      return http.statusCode();
    }

    public String text() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    public JsonNode json() {
      return Json.parse(http.body());
    }

    public String message() {
      return json().path("message").asText();
    }

    public String header(String name) {
      return String.join(", ", http.headers().allValues(name));
    }
  }

  /**
   * @param headers name, value, name, value
   */
  public Answer send(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    boolean typed = false;
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
      typed |= headers[i].equals("Content-Type");
    }
    if (!typed) {
      request.header("Content-Type", "application/json");
    }
    try {
      return new Answer(client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public Answer get(String path, String... headers) {
    return send("GET", path, new byte[0], headers);
  }

  /** The first lines of an answer that goes on. */
  public List<String> lines(String path, int count, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try (var lines = client.send(request.build(), HttpResponse.BodyHandlers.ofLines()).body()) {
      return lines.limit(count).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public Answer delete(String path) {
    return send("DELETE", path, new byte[0]);
  }

  /** The body is YAML. */
  public Answer post(String path, String yaml) {
    return send("POST", path, Json.write(yaml(yaml)));
  }

  /** The body is YAML. */
  public Answer put(String path, String yaml) {
    return send("PUT", path, Json.write(yaml(yaml)));
  }

  public Answer raw(String method, String path, String body) {
    return send(method, path, body.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param type json, merge or strategic-merge
   */
  public Answer patch(String type, String path, String yaml) {
    return send(
        "PATCH",
        path,
        Json.write(yaml(yaml)),
        "Content-Type",
        "application/" + type + "-patch+json");
  }

  public static JsonNode yaml(String text) {
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  public static ObjectNode object(String yaml) {
    return (ObjectNode) yaml(yaml);
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close();
    store.close();
  }
}
