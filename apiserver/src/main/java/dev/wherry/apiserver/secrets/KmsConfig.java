package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.config.ConfigNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Set;

/**
 * A KMS plugin of an EncryptionConfiguration, version 2 of the protocol.
 *
 * @param name stands in every value it has to do with; without colons
 * @param socket a path; behind a NUL an abstract name
 * @param timeout of one call
 */
record KmsConfig(String name, String socket, Duration timeout) implements Provider {
  /** Upstream's default. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /**
   * Reads one; mistakes are recorded at the node.
   *
   * @param names of those before; this one is added
   */
  static KmsConfig of(ConfigNode node, Set<String> names) {
    node.only("apiVersion", "name", "endpoint", "timeout", "cachesize");
    String name = node.required("name");
    if (name.indexOf(':') >= 0) {
      node.wrong("name", "invalid KMS provider name " + name + ", must not contain ':'");
    }
    if (!names.add(name)) {
      node.wrong("name", "duplicate KMS provider name " + name + ", names must be unique");
    }
    if (!node.text("apiVersion").equals("v2")) {
      node.wrong("apiVersion", "must be v2: KMS v1 is deprecated and not served");
    }
    if (node.has("cachesize")) {
      node.wrong("cachesize", "cachesize is not supported in v2");
    }
    return new KmsConfig(name, socket(node), timeout(node));
  }

  private static String socket(ConfigNode node) {
    String endpoint = node.required("endpoint");
    try {
      URI uri = new URI(endpoint);
      if (!"unix".equals(uri.getScheme())) {
        node.wrong(
            "endpoint",
            "unsupported scheme \""
                + uri.getScheme()
                + "\" for KMS provider, only unix is supported");
      } else if (uri.getPath() != null) {
        return uri.getPath().startsWith("/@") ? "\0" + uri.getPath().substring(2) : uri.getPath();
      } else {
        node.wrong("endpoint", "must be unix:///path");
      }
    } catch (URISyntaxException e) {
      node.wrong("endpoint", "invalid endpoint for kms provider, error: " + e.getMessage());
    }
    return "";
  }

  private static Duration timeout(ConfigNode node) {
    if (!node.has("timeout")) {
      return TIMEOUT;
    }
    Duration timeout = node.duration("timeout");
    if (!timeout.isPositive()) {
      node.wrong("timeout", "timeout should be a positive value");
    }
    return timeout;
  }
}
