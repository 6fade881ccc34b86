package dev.wherry.apiserver.token;

import java.time.Duration;
import java.util.List;

/**
 * How service account tokens are made.
 *
 * @param issuer the {@code iss} claim, an https URL
 * @param audiences what the API server answers to; the audience of tokens that ask for none
 * @param lifetimeMax no token lives longer
 * @param jwksUri where the key set is read
 */
public record TokenConfig(
    String issuer, List<String> audiences, Duration lifetimeMax, String jwksUri) {
  /** The issuer of every Wherry cluster. */
  public static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

  private static final Duration ONE_YEAR = Duration.ofDays(365);

  /** Copies the list. */
  public TokenConfig {
    audiences = List.copyOf(audiences);
  }

  /** Issuer and audience as every pod expects them. */
  public static TokenConfig defaults() {
    return new TokenConfig(ISSUER, List.of(ISSUER), ONE_YEAR, ISSUER + "/openid/v1/jwks");
  }
}
