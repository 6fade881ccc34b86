package dev.wherry.bench.images;

import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.locks.LockSupport;

/** Debian's docker-registry with a folder of its own. */
public final class LocalRegistry implements AutoCloseable {
  private static final String OCI = "application/vnd.oci.image.";
  private static final long LOOK_AGAIN_NANOS = 50_000_000;

  private final Path folder;
  private final Process process;
  private final int port;

  private LocalRegistry(Path folder, Process process, int port) {
    this.folder = folder;
    this.process = process;
    this.port = port;
  }

  /** Starts it and waits until it answers. */
  public static LocalRegistry start(Path folder) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    String config =
        "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:%d}\n"
            .formatted(folder.resolve("registry"), port);
    Path file = Files.writeString(folder.resolve("registry.yml"), config);
    Process process =
        new ProcessBuilder("docker-registry", "serve", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("registry.log").toFile())
            .start();
    while (process.isAlive()) {
      try (Socket _ = new Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
        break;
      } catch (IOException e) {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      }
    }
    return new LocalRegistry(folder, process, port);
  }

  /** Makes and pushes an image; returns its name. */
  public String push(LayerFile.Packing packing, int layers, int megabytesEach) throws Exception {
    String repository = packing.name().toLowerCase(java.util.Locale.ROOT);
    var manifest = Json.object().put("schemaVersion", 2).put("mediaType", OCI + "manifest.v1+json");
    var config = Json.object().put("architecture", "amd64").put("os", "linux");
    var diffIds = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
    var descriptors = Json.array();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (int i = 0; i < layers; i++) {
        LayerFile layer = LayerFile.make(folder.resolve("layer.tar"), packing, megabytesEach, i);
        upload(http, repository, layer.digest(), HttpRequest.BodyPublishers.ofFile(layer.file()));
        diffIds.add(layer.diffId());
        descriptors
            .addObject()
            .put("mediaType", OCI + "layer.v1.tar")
            .put("digest", layer.digest())
            .put("size", Files.size(layer.file()));
        Files.delete(layer.file());
      }
      byte[] configBytes = Json.write(config);
      String id = LayerFile.digest(digestOf(configBytes));
      upload(http, repository, id, HttpRequest.BodyPublishers.ofByteArray(configBytes));
      manifest
          .putObject("config")
          .put("mediaType", OCI + "config.v1+json")
          .put("digest", id)
          .put("size", configBytes.length);
      manifest.set("layers", descriptors);
      HttpRequest put =
          HttpRequest.newBuilder(uri("/v2/" + repository + "/manifests/1"))
              .header("Content-Type", OCI + "manifest.v1+json")
              .PUT(HttpRequest.BodyPublishers.ofByteArray(Json.write(manifest)))
              .build();
      expect(http.send(put, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)));
    }
    return "127.0.0.1:" + port + "/" + repository + ":1";
  }

  private static MessageDigest digestOf(byte[] bytes) throws Exception {
    MessageDigest hash = MessageDigest.getInstance("SHA-256");
    hash.update(bytes);
    return hash;
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private void upload(
      HttpClient http, String repository, String digest, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    HttpResponse<String> begun =
        http.send(
            HttpRequest.newBuilder(uri("/v2/" + repository + "/blobs/uploads/"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    String upload = begun.headers().firstValue("Location").orElseThrow();
    HttpRequest put =
        HttpRequest.newBuilder(
                URI.create(upload + (upload.indexOf('?') < 0 ? "?" : "&") + "digest=" + digest))
            .header("Content-Type", "application/octet-stream")
            .PUT(body)
            .build();
    expect(http.send(put, HttpResponse.BodyHandlers.ofString()));
  }

  private static void expect(HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() / 100 != 2) {
      throw new IOException("the registry answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
