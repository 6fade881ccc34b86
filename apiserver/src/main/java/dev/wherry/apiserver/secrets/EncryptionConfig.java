package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.config.ConfigNode;
import dev.wherry.apiserver.secrets.SealingKey.Algorithm;
import dev.wherry.apiserver.view.Resource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An EncryptionConfiguration file (apiserver.config.k8s.io): which resources are kept encrypted, by
 * which keys.
 *
 * @param rules the first that covers a resource decides
 */
record EncryptionConfig(List<Rule> rules) {
  private static final int KEYS_MAX = 64;
  private static final String EVERYTHING = "*";

  EncryptionConfig {
    rules = List.copyOf(rules);
  }

  /**
   * What becomes of some resources.
   *
   * @param resources {@code secrets}, {@code pandas.bears.example}, {@code *.apps}, {@code *.},
   *     {@code *.*}
   * @param writer the first provider; empty where values are stored plain
   * @param keys all that may read
   */
  record Rule(List<String> resources, Optional<Provider> writer, List<Provider> keys) {
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
   * Reads the bytes of a file.
   *
   * @throws dev.wherry.apiserver.config.ConfigException telling all that is wrong
   */
  static EncryptionConfig parse(String name, byte[] bytes) {
    return ConfigNode.parse(
        name, bytes, "apiserver.config.k8s.io", "EncryptionConfiguration", EncryptionConfig::of);
  }

  private static EncryptionConfig of(ConfigNode root) {
    root.only("apiVersion", "kind", "resources");
    Set<String> plugins = new HashSet<>();
    List<Rule> rules = new ArrayList<>();
    List<String> before = new ArrayList<>();
    for (ConfigNode node : root.items("resources")) {
      Rule rule = rule(node, plugins);
      EncryptedResources.check(node, rule.resources(), before);
      before.addAll(rule.resources());
      rules.add(rule);
    }
    if (rules.isEmpty()) {
      root.wrong("resources", "at least one is required");
    }
    return new EncryptionConfig(rules);
  }

  private static Rule rule(ConfigNode node, Set<String> plugins) {
    node.only("resources", "providers");
    List<String> resources = node.texts("resources");
    if (resources.isEmpty()) {
      node.wrong("resources", "at least one is required");
    }
    List<Provider> keys = new ArrayList<>();
    List<Optional<Provider>> order = new ArrayList<>();
    for (ConfigNode provider : node.items("providers")) {
      List<Provider> some = keys(provider, plugins);
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
  private static List<Provider> keys(ConfigNode provider, Set<String> plugins) {
    provider.only("aescbc", "aesgcm", "secretbox", "identity", "kms");
    List<Provider> keys = new ArrayList<>();
    int named = provider.has("identity") ? 1 : 0;
    if (provider.has("kms")) {
      named++;
      keys.add(KmsConfig.of(provider.child("kms"), plugins));
    }
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
      provider.wrong("must be one of aescbc, aesgcm, secretbox, kms and identity");
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
