package dev.wherry.apiserver.oidc;

import dev.wherry.apiserver.authn.AnonymousAccess;
import dev.wherry.apiserver.authn.Authenticator;
import dev.wherry.apiserver.authn.Credentials;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.config.FileFollower;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The issuers of an AuthenticationConfiguration, which may change while the server runs (KEP-3331):
 * the new ones count as soon as all their keys have been fetched, until then the old ones do. What
 * the file says of anonymous requests must stay as it was at the start.
 */
public final class FollowedIssuers implements Authenticator, AutoCloseable {
  /** How long an issuer may take to tell its keys when it is new. */
  private static final Duration KEYS_WITHIN = Duration.ofSeconds(10);

  private final String file;
  private final String ownIssuer;
  private final InstantSource clock;
  private final FileFollower follower;
  private final AnonymousAccess anonymous;
  private volatile List<JwtAuthenticator> issuers;

  private FollowedIssuers(Path file, String ownIssuer, InstantSource clock) {
    this.file = file.toString();
    this.ownIssuer = ownIssuer;
    this.clock = clock;
    this.follower = new FileFollower("authentication", file, clock, this::load);
    AuthenticationConfig config =
        AuthenticationConfig.parse(this.file, follower.first(), ownIssuer);
    this.anonymous = config.anonymous();
    this.issuers = JwtAuthenticator.of(config, clock);
  }

  /**
   * Reads a file and follows it.
   *
   * @param ownIssuer the issuer of service account tokens, which no other may call itself
   * @param every how often the file is looked at
   * @throws ConfigException telling all that is wrong
   */
  public static FollowedIssuers follow(
      Path file, String ownIssuer, InstantSource clock, Duration every) {
    FollowedIssuers followed = new FollowedIssuers(file, ownIssuer, clock);
    followed.follower.every(every);
    return followed;
  }

  /** What the file says of requests without credentials. */
  public AnonymousAccess anonymous() {
    return anonymous;
  }

  /** Looks at the file, and tells what became of that. */
  public FileFollower follower() {
    return follower;
  }

  private void load(byte[] bytes) {
    AuthenticationConfig config = AuthenticationConfig.parse(file, bytes, ownIssuer);
    if (!config.anonymous().equals(anonymous)) {
      throw new ConfigException(
          file, List.of("anonymous: Forbidden: changed from initial configuration file"));
    }
    List<JwtAuthenticator> next = JwtAuthenticator.of(config, clock);
    for (JwtAuthenticator issuer : next) {
      if (!issuer.awaitKeys(KEYS_WITHIN)) {
        next.forEach(JwtAuthenticator::close);
        throw new IllegalStateException("issuer " + issuer.url() + " tells no keys");
      }
    }
    List<JwtAuthenticator> before = issuers;
    issuers = next;
    before.forEach(JwtAuthenticator::close);
  }

  @Override
  public Outcome authenticate(Credentials credentials) {
    Outcome outcome = new Outcome.NotMine();
    for (JwtAuthenticator issuer : issuers) {
      Outcome said = issuer.authenticate(credentials);
      if (said instanceof Outcome.Known) {
        return said;
      }
      outcome = said instanceof Outcome.Refused ? said : outcome;
    }
    return outcome;
  }

  @Override
  public void close() {
    follower.close();
    issuers.forEach(JwtAuthenticator::close);
  }
}
