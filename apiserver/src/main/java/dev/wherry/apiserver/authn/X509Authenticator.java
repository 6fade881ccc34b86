package dev.wherry.apiserver.authn;

import dev.wherry.machinery.figures.Histogram;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.Subject;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Client certificates of the cluster's authority: common name is the user, organizations are the
 * groups. The chain is verified here too, so a connection that outlives its certificate loses its
 * identity.
 */
public final class X509Authenticator implements Authenticator {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

  private static final int CHAINS_MAX = 4096;

  /** Upstream's: from half an hour to a year (apiserver authentication/request/x509). */
  private static final double[] LIFETIMES_SECONDS = {
    0,
    1_800,
    3_600,
    7_200,
    21_600,
    43_200,
    86_400,
    172_800,
    345_600,
    604_800,
    2_592_000,
    7_776_000,
    15_552_000,
    31_104_000
  };

  /** Longer ones are counted as this. */
  private static final Duration LIFETIME_MAX = Duration.ofDays(3_650);

  /** An identity and the end of the first certificate it rests on. */
  private record Verified(Outcome outcome, Instant until) {}

  private final Map<List<X509Certificate>, Verified> verifiedByChain = new ConcurrentHashMap<>();
  private final Set<TrustAnchor> anchors;
  private final InstantSource clock;
  private final Histogram lifetimes = Histogram.ofSeconds(LIFETIMES_SECONDS);

  /** Trusts chains that end at one of the authorities. */
  public X509Authenticator(Collection<X509Certificate> authorities, InstantSource clock) {
    this.anchors =
        authorities.stream().map(c -> new TrustAnchor(c, null)).collect(Collectors.toSet());
    this.clock = clock;
  }

  @Override
  public Outcome authenticate(Credentials credentials) {
    List<X509Certificate> chain = credentials.certificates();
    if (chain.isEmpty()) {
      return new Outcome.NotMine();
    }
    Outcome outcome = remembered(chain).orElseGet(() -> judge(chain));
    if (outcome instanceof Outcome.Known) {
      Instant until = chain.getFirst().getNotAfter().toInstant();
      Duration left = Duration.between(clock.instant(), until);
      lifetimes.add((left.compareTo(LIFETIME_MAX) < 0 ? left : LIFETIME_MAX).toNanos());
    }
    return outcome;
  }

  /** For how long the certificates of requests were good still. */
  public Histogram lifetimes() {
    return lifetimes;
  }

  private Outcome judge(List<X509Certificate> chain) {
    X509Certificate leaf = chain.getFirst();
    try {
      List<String> uses = leaf.getExtendedKeyUsage();
      if (uses == null || !uses.contains(CLIENT_AUTH)) {
        return new Outcome.Refused("the certificate is not for client authentication");
      }
      verify(chain);
      Outcome outcome = identify(leaf);
      remember(chain, outcome);
      return outcome;
    } catch (CertificateParsingException e) {
      return new Outcome.Refused("the certificate is malformed: " + e.getMessage());
    } catch (GeneralSecurityException | PkiException e) {
      return new Outcome.Refused("the certificate does not verify: " + e.getMessage());
    }
  }

  /** Verifying a chain costs more than a read request; within its validity the answer stays. */
  private Optional<Outcome> remembered(List<X509Certificate> chain) {
    Verified verified = verifiedByChain.get(chain);
    return verified != null && clock.instant().isBefore(verified.until())
        ? Optional.of(verified.outcome())
        : Optional.empty();
  }

  private void remember(List<X509Certificate> chain, Outcome outcome) {
    Instant until = Instant.MAX;
    for (X509Certificate certificate : chain) {
      until = earlier(until, certificate.getNotAfter().toInstant());
    }
    for (TrustAnchor anchor : anchors) {
      until = earlier(until, anchor.getTrustedCert().getNotAfter().toInstant());
    }
    if (verifiedByChain.size() >= CHAINS_MAX) {
      // Rare and harmless: the chains in use are verified once more.
      verifiedByChain.clear();
    }
    verifiedByChain.put(chain, new Verified(outcome, until));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private void verify(List<X509Certificate> chain) throws GeneralSecurityException {
    PKIXParameters parameters = new PKIXParameters(anchors);
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(clock.instant()));
    var path = CertificateFactory.getInstance("X.509").generateCertPath(chain);
    CertPathValidator.getInstance("PKIX").validate(path, parameters);
  }

  private static Outcome identify(X509Certificate leaf) {
    Subject subject = Subject.of(leaf);
    if (subject.commonName().isEmpty()) {
      return new Outcome.Refused("the certificate has no common name");
    }
    String id = "X509SHA256=" + CertificateAuthority.fingerprint(leaf);
    return new Outcome.Known(
        new UserInfo(
                subject.commonName(),
                subject.uid().orElse(""),
                subject.organizations(),
                Map.of(CREDENTIAL_ID, List.of(id)))
            .authenticated());
  }
}
