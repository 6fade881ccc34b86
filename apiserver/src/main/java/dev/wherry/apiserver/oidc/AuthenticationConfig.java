package dev.wherry.apiserver.oidc;

import dev.wherry.apiserver.authn.AnonymousAccess;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.config.ConfigNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An AuthenticationConfiguration file (apiserver.config.k8s.io).
 *
 * @param issuers each with a URL of its own
 */
public record AuthenticationConfig(List<IssuerConfig> issuers, AnonymousAccess anonymous) {
  /** Issuers of one file (upstream: 64). */
  private static final int ISSUERS_MAX = 64;

  /** No file. */
  public static final AuthenticationConfig NONE =
      new AuthenticationConfig(List.of(), AnonymousAccess.DEFAULT);

  public AuthenticationConfig {
    issuers = List.copyOf(issuers);
  }

  /**
   * Reads the bytes of a file.
   *
   * @param ownIssuer the issuer of service account tokens, which no other may call itself
   * @throws ConfigException telling all that is wrong
   */
  static AuthenticationConfig parse(String file, byte[] bytes, String ownIssuer) {
    return ConfigNode.parse(
        file,
        bytes,
        "apiserver.config.k8s.io",
        "AuthenticationConfiguration",
        root -> of(root.only("apiVersion", "kind", "jwt", "anonymous"), ownIssuer));
  }

  static AuthenticationConfig of(ConfigNode root, String ownIssuer) {
    List<ConfigNode> items = root.items("jwt");
    if (items.size() > ISSUERS_MAX) {
      root.wrong("jwt", "must have at most " + ISSUERS_MAX + " items");
    }
    List<IssuerConfig> issuers = items.stream().map(IssuerConfig::of).toList();
    Set<String> urls = new HashSet<>(Set.of(ownIssuer));
    Set<String> discoveries = new HashSet<>();
    for (int i = 0; i < issuers.size(); i++) {
      IssuerConfig issuer = issuers.get(i);
      if (!urls.add(issuer.url())) {
        items.get(i).child("issuer").wrong("url", "another issuer has it");
      }
      if (!discoveries.add(issuer.discoveryUrl())) {
        items.get(i).child("issuer").wrong("discoveryURL", "another issuer has it");
      }
    }
    return new AuthenticationConfig(issuers, anonymous(root));
  }

  private static AnonymousAccess anonymous(ConfigNode root) {
    if (!root.has("anonymous")) {
      return AnonymousAccess.DEFAULT;
    }
    ConfigNode anonymous = root.child("anonymous").only("enabled", "conditions");
    List<ConfigNode> conditions = anonymous.items("conditions");
    if (!anonymous.flag("enabled")) {
      if (!conditions.isEmpty()) {
        anonymous.wrong("conditions", "must be empty when anonymous requests are disabled");
      }
      return AnonymousAccess.NOWHERE;
    }
    Set<String> paths = new HashSet<>();
    conditions.forEach(condition -> paths.add(condition.only("path").required("path")));
    return paths.isEmpty() ? AnonymousAccess.EVERYWHERE : new AnonymousAccess(false, paths);
  }
}
