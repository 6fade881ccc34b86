package dev.wherry.kubelet.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A CredentialProviderConfig of kubelet.config.k8s.io (v1, and its older versions, which say the
 * same), read strictly. {@code tokenAttributes} is refused: providers get no tokens here.
 */
record CredentialConfig(List<Provider> providers) {
  private static final long BYTES_MAX = 1L << 20;
  private static final int PROVIDERS_MAX = 64;
  private static final Set<String> VERSIONS =
      Set.of(
          "kubelet.config.k8s.io/v1",
          "kubelet.config.k8s.io/v1beta1",
          "kubelet.config.k8s.io/v1alpha1");
  private static final Set<String> PROTOCOLS =
      Set.of(
          "credentialprovider.kubelet.k8s.io/v1",
          "credentialprovider.kubelet.k8s.io/v1beta1",
          "credentialprovider.kubelet.k8s.io/v1alpha1");
  private static final Set<String> FIELDS =
      Set.of("name", "matchImages", "defaultCacheDuration", "apiVersion", "args", "env");

  CredentialConfig {
    providers = List.copyOf(providers);
  }

  /**
   * One program that knows credentials.
   *
   * @param images patterns, {@link ImagePatterns}
   * @param kept how long an answer counts that does not say it itself
   * @param protocol the apiVersion of what it reads and writes
   */
  record Provider(
      String name,
      Path program,
      List<String> images,
      Duration kept,
      String protocol,
      List<String> arguments,
      Map<String, String> environment) {
    Provider {
      images = List.copyOf(images);
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }

  /**
   * @throws IOException with a sentence that tells all that is wrong
   */
  static CredentialConfig read(ImageCredentials where) throws IOException {
    Path file = Path.of(where.file());
    if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) {
      throw new IOException(file + " is no file of at most " + BYTES_MAX + " bytes");
    }
    List<String> problems = new ArrayList<>();
    Json.Parsed parsed;
    try {
      parsed = Yaml.parse(Files.readAllBytes(file));
    } catch (RuntimeException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
    parsed.duplicates().forEach(field -> problems.add(field + " stands twice"));
    JsonNode tree = parsed.tree();
    if (!tree.path("kind").asText().equals("CredentialProviderConfig")
        || !VERSIONS.contains(tree.path("apiVersion").asText())) {
      problems.add("not a CredentialProviderConfig of kubelet.config.k8s.io/v1");
    }
    List<Provider> providers = new ArrayList<>();
    int index = 0;
    Set<String> names = new HashSet<>();
    for (JsonNode one : tree.path("providers")) {
      String at = "providers[" + index++ + "]";
      providers.add(provider(at, one, Path.of(where.folder()), problems));
      if (!names.add(one.path("name").asText())) {
        problems.add(at + ".name: \"" + one.path("name").asText() + "\" is there twice");
      }
    }
    if (providers.isEmpty() || providers.size() > PROVIDERS_MAX) {
      problems.add("providers: 1 to " + PROVIDERS_MAX + " are wanted");
    }
    if (!problems.isEmpty()) {
      throw new IOException(file + ": " + String.join("; ", problems));
    }
    return new CredentialConfig(providers);
  }

  private static Provider provider(String at, JsonNode tree, Path folder, List<String> problems) {
    tree.fieldNames()
        .forEachRemaining(field -> {
          if (!FIELDS.contains(field)) {
            problems.add(at + "." + field + ": not known here");
          }
        });
    String name = tree.path("name").asText();
    boolean plain = name.matches("[^/\\s]+") && !name.equals(".") && !name.equals("..");
    Path program = plain ? folder.resolve(name) : folder;
    if (!plain || !Files.isExecutable(program)) {
      problems.add(at + ".name: \"" + name + "\" is no program in " + folder);
    }
    List<String> images = texts(tree.path("matchImages"));
    if (images.isEmpty()) {
      problems.add(at + ".matchImages: at least one pattern is wanted");
    }
    String protocol = tree.path("apiVersion").asText();
    if (!PROTOCOLS.contains(protocol)) {
      problems.add(at + ".apiVersion: \"" + protocol + "\" is none of " + PROTOCOLS);
    }
    Duration kept =
        GoDurations.parse(tree.path("defaultCacheDuration").asText())
            .filter(duration -> !duration.isNegative())
            .orElseGet(() -> {
              problems.add(at + ".defaultCacheDuration: no duration; write 30s, 5m or 1h30m");
              return Duration.ZERO;
            });
    Map<String, String> environment = new LinkedHashMap<>();
    tree.path("env")
        .forEach(one -> environment.put(one.path("name").asText(), one.path("value").asText()));
    return new Provider(
        name, program, images, kept, protocol, texts(tree.path("args")), environment);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(one -> texts.add(one.asText()));
    return texts;
  }
}
