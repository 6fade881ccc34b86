package dev.wherry.kubelet.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.time.TimedCache;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.AuthConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * One provider: a program that reads a CredentialProviderRequest and writes a
 * CredentialProviderResponse (rule: KEP-2133 and upstream's credentialprovider/plugin). Its answers
 * count for the image, the registry or everything, as it says, for as long as it says. It is run
 * once at a time. Safe for many threads.
 */
final class CredentialPlugin {
  private static final Duration RUN_MAX = Duration.ofMinutes(1);
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final int ANSWERS_MAX = 1024;
  private static final String EVERYTHING = "<global>";

  private final CredentialConfig.Provider provider;
  private final ReentrantLock turn = new ReentrantLock();

  /** By image, registry or {@link #EVERYTHING}. */
  private final TimedCache<String, Map<String, AuthConfig>> answers;

  CredentialPlugin(CredentialConfig.Provider provider, InstantSource clock) {
    this.provider = provider;
    this.answers = new TimedCache<>(clock, ANSWERS_MAX);
  }

  String name() {
    return provider.name();
  }

  /**
   * Credentials for an image, those of the closest pattern first.
   *
   * @param image its whole name without tag and digest
   * @throws IOException when the program fails, with what it wrote to its error output
   */
  List<AuthConfig> find(String image) throws IOException, InterruptedException {
    if (provider.images().stream().noneMatch(pattern -> ImagePatterns.matches(pattern, image))) {
      return List.of();
    }
    turn.lockInterruptibly();
    try {
      Optional<Map<String, AuthConfig>> known = known(image);
      return matching(known.isPresent() ? known.get() : ask(image), image);
    } finally {
      turn.unlock();
    }
  }

  private static List<AuthConfig> matching(Map<String, AuthConfig> all, String image) {
    return all.entrySet().stream()
        .filter(entry -> ImagePatterns.matches(entry.getKey(), image))
        .sorted(Map.Entry.comparingByKey(Comparator.reverseOrder()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static String registry(String image) {
    return image.substring(0, image.indexOf('/'));
  }

  private Optional<Map<String, AuthConfig>> known(String image) {
    return Stream.of(image, registry(image), EVERYTHING)
        .flatMap(key -> answers.get(key).stream())
        .findFirst();
  }

  private Map<String, AuthConfig> ask(String image) throws IOException, InterruptedException {
    JsonNode answer = Json.parse(run(image));
    if (!answer.path("kind").asText().equals("CredentialProviderResponse")
        || !answer.path("apiVersion").asText().equals(provider.protocol())) {
      throw new IOException(
          "the answer is no CredentialProviderResponse of " + provider.protocol());
    }
    String key =
        switch (answer.path("cacheKeyType").asText()) {
          case "Image" -> image;
          case "Registry" -> registry(image);
          case "Global" -> EVERYTHING;
          default ->
              throw new IOException(
                  "credential provider plugin did not return a valid cacheKeyType: "
                      + answer.path("cacheKeyType").asText());
        };
    Map<String, AuthConfig> credentials = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : answer.path("auth").properties()) {
      credentials.put(
          entry.getKey(),
          AuthConfig.newBuilder()
              .setUsername(entry.getValue().path("username").asText())
              .setPassword(entry.getValue().path("password").asText())
              .build());
    }
    Duration kept =
        GoDurations.parse(answer.path("cacheDuration").asText()).orElse(provider.kept());
    answers.put(key, Map.copyOf(credentials), kept);
    return credentials;
  }

  private byte[] run(String image) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(provider.program().toString()));
    command.addAll(provider.arguments());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(provider.environment());
    ObjectNode request =
        Json.object()
            .put("apiVersion", provider.protocol())
            .put("kind", "CredentialProviderRequest")
            .put("image", image);
    Process process = builder.start();
    try {
      CompletableFuture<byte[]> out = reading(process.getInputStream());
      CompletableFuture<byte[]> error = reading(process.getErrorStream());
      try (OutputStream in = process.getOutputStream()) {
        in.write(Json.write(request));
      } catch (IOException _) {
        // It need not read; what it answers counts.
      }
      if (!process.waitFor(RUN_MAX.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException(
            provider.name() + " did not end within " + RUN_MAX.toSeconds() + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s ended with %d: %s"
                .formatted(
                    provider.name(),
                    process.exitValue(),
                    new String(error.join(), StandardCharsets.UTF_8).strip()));
      }
      return out.join();
    } finally {
      process.destroyForcibly();
    }
  }

  private static CompletableFuture<byte[]> reading(InputStream from) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (from) {
            return from.readNBytes(ANSWER_BYTES_MAX);
          } catch (IOException _) {
            return new byte[0];
          }
        },
        task -> Thread.ofVirtual().name("credential-provider").start(task));
  }
}
