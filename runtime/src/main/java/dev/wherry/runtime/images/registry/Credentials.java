package dev.wherry.runtime.images.registry;

import dev.wherry.proto.cri.v1.AuthConfig;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What a registry is shown. Never printed.
 *
 * @param identityToken exchanged for access tokens; empty for none
 * @param registryToken shown as it is; empty for none
 */
public record Credentials(
    String username, String password, String identityToken, String registryToken) {
  /** Credentials of a user. */
  public static Credentials of(String username, String password) {
    return new Credentials(username, password, "", "");
  }

  /**
   * What a kubelet sent, if it is meant for this registry (rule: containerd's ParseAuth).
   *
   * @throws IllegalArgumentException when {@code auth} is no base64
   */
  public static Optional<Credentials> of(AuthConfig auth, String domain) {
    if (!auth.getServerAddress().isEmpty() && !host(auth.getServerAddress()).equals(domain)) {
      return Optional.empty();
    }
    Credentials given =
        new Credentials(
            auth.getUsername(),
            auth.getPassword(),
            auth.getIdentityToken(),
            auth.getRegistryToken());
    if (given.username.isEmpty() && !auth.getAuth().isEmpty()) {
      given = given.withJoined(auth.getAuth());
    }
    return given.isEmpty() ? Optional.empty() : Optional.of(given);
  }

  private static String host(String address) {
    String rest = address.substring(address.indexOf("://") < 0 ? 0 : address.indexOf("://") + 3);
    String host = rest.indexOf('/') < 0 ? rest : rest.substring(0, rest.indexOf('/'));
    return host.equals("index.docker.io") ? "docker.io" : host;
  }

  /** The same with user and password from their base64 join. */
  Credentials withJoined(String base64) {
    String joined = new String(Base64.getDecoder().decode(base64.strip()), StandardCharsets.UTF_8);
    int colon = joined.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("auth is not the base64 of user:password");
    }
    String password = joined.substring(colon + 1).replace("\0", "");
    return new Credentials(joined.substring(0, colon), password, identityToken, registryToken);
  }

  private boolean isEmpty() {
    return username.isEmpty() && identityToken.isEmpty() && registryToken.isEmpty();
  }

  /** Whether there is a user to show. */
  boolean hasUser() {
    return !username.isEmpty();
  }

  /** The value of an Authorization header. */
  String basic() {
    byte[] joined = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(joined);
  }

  @Override
  public String toString() {
    return "Credentials[" + username + "]";
  }
}
