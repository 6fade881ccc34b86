package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.config.ConfigNode;
import dev.wherry.apiserver.secrets.SealingKey.Algorithm;
import dev.wherry.apiserver.view.Resource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * An EncryptionConfiguration file (apiserver.config.k8s.io): which resources are kept encrypted, by
 * which keys.
 *
 * @param rules the first that covers a resource decides
 */
public record EncryptionConfig(List<Rule> rules) {
  private static final int KEYS_MAX = 64;
  private static final String EVERYTHING = "*";

  public EncryptionConfig {
    rules = List.copyOf(rules);
  }

  /**
   * What becomes of some resources.
   *
   * @param resources {@code secrets}, {@code pandas.bears.example}, {@code *.apps}, {@code *.},
   *     {@code *.*}
   * @param writer the first key; empty where values are stored plain
   * @param keys all that may read
   */
  record Rule(List<String> resources, Optional<SealingKey> writer, List<SealingKey> keys) {
    boolean covers(Resource resource) {
      return resources.stream().anyMatch(pattern -> is(pattern, resource));
    }

    private static boolean is(String pattern, Resource resource) {
      int dot = pattern.indexOf('.');
      String name = dot < 0 ? pattern : pattern.substring(0, dot);
      String group = dot < 0 ? "" : pattern.substring(dot + 1);
      return (name.equals(EVERYTHING) || name.equals(resource.name()))
          && (group.equals(EVERYTHING) || group.equals(resource.group()));
    }
  }

  /**
   * Reads a file.
   *
   * @throws ConfigException telling all that is wrong
   */
  public static EncryptionConfig read(Path file) {
    return ConfigNode.read(
        file, "apiserver.config.k8s.io", "EncryptionConfiguration", EncryptionConfig::of);
  }

  static EncryptionConfig of(ConfigNode root) {
    root.only("apiVersion", "kind", "resources");
    List<Rule> rules = root.items("resources").stream().map(EncryptionConfig::rule).toList();
    if (rules.isEmpty()) {
      root.wrong("resources", "at least one is required");
    }
    return new EncryptionConfig(rules);
  }

  private static Rule rule(ConfigNode node) {
    node.only("resources", "providers");
    List<String> resources = node.texts("resources");
    if (resources.isEmpty()) {
      node.wrong("resources", "at least one is required");
    }
    if (resources.contains(EVERYTHING)) {
      node.wrong("resources", "use '*.' for the core group and '*.*' for everything, not '*'");
    }
    List<SealingKey> keys = new ArrayList<>();
    List<Optional<SealingKey>> order = new ArrayList<>();
    for (ConfigNode provider : node.items("providers")) {
      List<SealingKey> some = keys(provider);
      keys.addAll(some);
      order.add(some.stream().findFirst());
    }
    if (order.isEmpty()) {
      node.wrong("providers", "at least one is required");
    }
    if (keys.size() > KEYS_MAX) {
      node.wrong("providers", "must have at most " + KEYS_MAX + " keys");
    }
    return new Rule(
        List.copyOf(resources), order.isEmpty() ? Optional.empty() : order.getFirst(), keys);
  }

  /** None of the provider that encrypts nothing. */
  private static List<SealingKey> keys(ConfigNode provider) {
    provider.only("aescbc", "aesgcm", "secretbox", "identity");
    List<SealingKey> keys = new ArrayList<>();
    int named = provider.has("identity") ? 1 : 0;
    for (Algorithm algorithm : Algorithm.values()) {
      if (provider.has(algorithm.text())) {
        named++;
        ConfigNode part = provider.child(algorithm.text()).only("keys");
        for (ConfigNode key : part.items("keys")) {
          key(key.only("name", "secret"), algorithm).ifPresent(keys::add);
        }
        if (part.items("keys").isEmpty()) {
          part.wrong("keys", "at least one is required");
        }
      }
    }
    if (named != 1) {
      provider.wrong("must be one of aescbc, aesgcm, secretbox and identity");
    }
    return keys;
  }

  private static Optional<SealingKey> key(ConfigNode key, Algorithm algorithm) {
    String name = key.required("name");
    if (name.indexOf(':') >= 0 || !name.chars().allMatch(c -> c > ' ' && c < 127)) {
      key.wrong("name", "must be ASCII without colons and spaces");
    }
    try {
      byte[] secret = Base64.getDecoder().decode(key.required("secret").strip());
      if (algorithm.takes(secret.length)) {
        return Optional.of(new SealingKey(algorithm, name, secret));
      }
      key.wrong(
          "secret", "has " + secret.length + " bytes, which " + algorithm.text() + " takes not");
    } catch (IllegalArgumentException e) {
      key.wrong("secret", "is no Base64");
    }
    return Optional.empty();
  }
}
