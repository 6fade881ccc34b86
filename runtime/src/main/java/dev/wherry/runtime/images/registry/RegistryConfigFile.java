package dev.wherry.runtime.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code registries.yaml} of a node, in the form that k3s made known: {@code mirrors} by host with
 * {@code endpoint} lists, {@code configs} by host with {@code auth} and {@code tls}. Unknown keys
 * are refused.
 */
public final class RegistryConfigFile {
  private RegistryConfigFile() {}

  /**
   * Reads a file; none says nothing.
   *
   * @throws IOException with a sentence for the node's owner
   */
  public static RegistryConfig read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return RegistryConfig.none();
    }
    try {
      List<Json.Parsed> documents = Yaml.documents(bytes);
      return documents.isEmpty() ? RegistryConfig.none() : config(documents.getFirst().tree());
    } catch (DecodeException | IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static RegistryConfig config(JsonNode tree) {
    allow(tree, "the file", Set.of("mirrors", "configs"));
    Map<String, List<URI>> mirrors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> mirror : tree.path("mirrors").properties()) {
      String where = "mirrors." + mirror.getKey();
      allow(mirror.getValue(), where, Set.of("endpoint"));
      List<URI> endpoints = new ArrayList<>();
      for (JsonNode endpoint : mirror.getValue().path("endpoint")) {
        endpoints.add(address(endpoint.asText(), where));
      }
      mirrors.put(mirror.getKey(), List.copyOf(endpoints));
    }
    Map<String, RegistryConfig.Host> hosts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> host : tree.path("configs").properties()) {
      hosts.put(host.getKey(), host(host.getValue(), "configs." + host.getKey()));
    }
    return new RegistryConfig(mirrors, hosts);
  }

  private static URI address(String text, String where) {
    URI address = URI.create(text);
    boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
    if (!web || address.getAuthority() == null) {
      throw new IllegalArgumentException(
          where + ".endpoint has '" + text + "': write http://HOST:PORT or https://HOST");
    }
    return address;
  }

  private static RegistryConfig.Host host(JsonNode tree, String where) {
    allow(tree, where, Set.of("auth", "tls"));
    JsonNode auth = tree.path("auth");
    allow(auth, where + ".auth", Set.of("username", "password", "auth", "identity_token"));
    Optional<Credentials> credentials = Optional.empty();
    if (!auth.isMissingNode()) {
      Credentials given =
          new Credentials(
              auth.path("username").asText(""),
              auth.path("password").asText(""),
              auth.path("identity_token").asText(""),
              "");
      String joined = auth.path("auth").asText("");
      credentials = Optional.of(joined.isEmpty() ? given : given.withJoined(joined));
    }
    JsonNode tls = tree.path("tls");
    allow(tls, where + ".tls", Set.of("ca_file", "insecure_skip_verify"));
    String authority = tls.path("ca_file").asText("");
    return new RegistryConfig.Host(
        credentials,
        authority.isEmpty() ? Optional.empty() : Optional.of(Path.of(authority)),
        tls.path("insecure_skip_verify").asBoolean(false));
  }

  private static void allow(JsonNode tree, String where, Set<String> known) {
    for (Map.Entry<String, JsonNode> field : tree.properties()) {
      if (!known.contains(field.getKey())) {
        throw new IllegalArgumentException(
            where
                + " has the unknown key '"
                + field.getKey()
                + "'; known are "
                + known.stream().sorted().toList());
      }
    }
  }
}
