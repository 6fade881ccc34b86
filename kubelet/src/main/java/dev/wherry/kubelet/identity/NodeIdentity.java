package dev.wherry.kubelet.identity;

import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A node's certificates: got once with a join token, kept in a directory, renewed while running
 * when 70 to 90 % of their life is over (rule: kubelet's certificate manager). It depends on the
 * node's name only, never on its address. The serving certificate needs the registered node, so it
 * comes a moment after the start; until then the kubelet's server shows one that nobody trusts. One
 * virtual thread gets and renews.
 */
public final class NodeIdentity implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NodeIdentity.class.getName());
  private static final double RENEW_EARLIEST = 0.7;
  private static final double RENEW_SPREAD = 0.2;
  private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
  private static final Duration RETRY_MAX = Duration.ofMinutes(1);
  private static final Duration PLACEHOLDER_LIFETIME = Duration.ofDays(1);

  /** At the longest between two looks, since clocks jump. */
  private static final Duration LOOK_MAX = Duration.ofHours(1);

  private final IdentityFiles files;
  private final AlternativeNames servingNames;
  private final Timer timer;
  private final double renewFraction;
  private final SigningRequests requests;
  private final X509Certificate authority;
  private final HttpsApiClient client;
  private final RenewalFailures failures = new RenewalFailures();
  private final Thread renewal;
  private volatile TlsIdentity clientIdentity;
  private volatile TlsIdentity servingIdentity;
  private volatile boolean serves;

  /**
   * Where and who.
   *
   * @param server the API's URL
   * @param directory for ca.crt, client.crt, client.key, serving.crt, serving.key
   * @param servingNames names and addresses under which the kubelet's server is reached
   * @param authority the cluster's CA where the server is in this process and need not be asked
   */
  public record Settings(
      URI server,
      Path directory,
      String nodeName,
      AlternativeNames servingNames,
      Optional<X509Certificate> authority) {}

  /** Whether a directory holds a certificate of this authority that is good for a start. */
  public static boolean isMember(Path directory, X509Certificate authority, Timer timer) {
    IdentityFiles files = new IdentityFiles(directory);
    files.discardForeign(authority);
    return files.authority().isPresent()
        && files
            .read(IdentityFiles.CLIENT)
            .filter(client -> client.notAfter().isAfter(timer.instant()))
            .isPresent();
  }

  /**
   * Uses the identity on disk, or joins by token. Blocks until the client certificate is there.
   *
   * @param token needed only where the directory holds no valid identity
   * @throws IOException with a sentence for the user when the node cannot join
   */
  public static NodeIdentity establish(
      Settings settings,
      Optional<JoinToken> token,
      Timer timer,
      SecureRandom secrets,
      RandomGenerator random)
      throws IOException, InterruptedException {
    PrivateFiles.createDirectory(settings.directory());
    IdentityFiles files = new IdentityFiles(settings.directory());
    SigningRequests requests = new SigningRequests(settings.nodeName(), timer, secrets);
    NodeJoin.Member member = new NodeJoin(settings, files, requests, timer).member(token);
    Optional<TlsIdentity> serving =
        files
            .read(IdentityFiles.SERVING)
            .filter(known -> known.notAfter().isAfter(timer.instant()))
            .filter(known -> AlternativeNames.of(known.leaf()).covers(settings.servingNames()));
    TlsIdentity first = serving.isPresent() ? serving.get() : placeholder(settings, timer, secrets);
    return new NodeIdentity(
        settings, files, timer, requests, member, first, serving.isPresent(), random);
  }

  /** Until the certificate is signed the kubelet serves one that nobody trusts. */
  private static TlsIdentity placeholder(Settings settings, Timer timer, SecureRandom secrets) {
    return CertificateAuthority.create(
            "unapproved-" + settings.nodeName(), PLACEHOLDER_LIFETIME, timer, secrets)
        .issue(
            Subject.of(settings.nodeName()),
            settings.servingNames(),
            CertificateUse.SERVER,
            PLACEHOLDER_LIFETIME);
  }

  private NodeIdentity(
      Settings settings,
      IdentityFiles files,
      Timer timer,
      SigningRequests requests,
      NodeJoin.Member member,
      TlsIdentity serving,
      boolean serves,
      RandomGenerator random) {
    this.files = files;
    this.servingNames = settings.servingNames();
    this.timer = timer;
    this.requests = requests;
    this.authority = member.authority();
    this.clientIdentity = member.client();
    this.renewFraction = RENEW_EARLIEST + RENEW_SPREAD * random.nextDouble();
    this.client =
        new HttpsApiClient(
            HttpsConfig.ofCertificate(
                settings.server(), () -> TlsContexts.mutual(this::client, List.of(authority))),
            timer);
    this.serves = serves;
    this.servingIdentity = serving;
    this.renewal = Thread.ofVirtual().name("certificate-renewal").start(this::renew);
  }

  /** The present client identity; any thread. */
  public TlsIdentity client() {
    return clientIdentity;
  }

  /** The present serving identity; any thread. */
  public TlsIdentity serving() {
    return servingIdentity;
  }

  /** The cluster's CA. */
  public X509Certificate authority() {
    return authority;
  }

  /** The API as this node. Closed with the identity. */
  public HttpsApiClient api() {
    return client;
  }

  /** Whether the serving certificate is one the cluster signed. */
  public boolean serves() {
    return serves;
  }

  /** Adds to a page what is known of the node's certificates and its requests. */
  public void write(MetricsText page) {
    page.gauge(
        "kubelet_certificate_manager_client_ttl_seconds",
        "[ALPHA] How long the client certificate holds.",
        Duration.between(timer.instant(), clientIdentity.notAfter()).toSeconds());
    failures.write(page);
    client.figures().write(page);
  }

  private void renew() {
    try {
      Duration retry = RETRY_FIRST;
      while (true) {
        Duration left = Duration.between(timer.instant(), nextDue());
        if (left.isPositive()) {
          timer.pause(left.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : left.plusMillis(1));
        } else if (renewDue(timer.instant())) {
          retry = RETRY_FIRST;
        } else {
          timer.pause(retry);
          retry = retry.compareTo(RETRY_MAX) < 0 ? retry.multipliedBy(2) : RETRY_MAX;
        }
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "certificate renewal ended");
    }
  }

  private Instant nextDue() {
    Instant clientAt = clientIdentity.renewAt(renewFraction);
    Instant servingAt = servingDue();
    return clientAt.isBefore(servingAt) ? clientAt : servingAt;
  }

  private Instant servingDue() {
    return serves ? servingIdentity.renewAt(renewFraction) : Instant.EPOCH;
  }

  private boolean renewDue(Instant now) throws InterruptedException {
    try {
      if (!clientIdentity.renewAt(renewFraction).isAfter(now)) {
        clientIdentity =
            obtain(SigningRequests.CLIENT_SIGNER, IdentityFiles.CLIENT, AlternativeNames.NONE);
        client.reconnect();
        LOG.log(Level.INFO, "client certificate renewed until={0}", clientIdentity.notAfter());
      }
      if (!servingDue().isAfter(now)) {
        servingIdentity =
            obtain(SigningRequests.SERVING_SIGNER, IdentityFiles.SERVING, servingNames);
        serves = true;
        LOG.log(Level.INFO, "serving certificate obtained until={0}", servingIdentity.notAfter());
      }
      return true;
    } catch (IOException | UncheckedIOException | ApiException | PkiException e) {
      failures.add(!clientIdentity.renewAt(renewFraction).isAfter(now));
      LOG.log(Level.WARNING, "certificates not renewed, trying again: {0}", e.getMessage());
      return false;
    }
  }

  private TlsIdentity obtain(String signer, String file, AlternativeNames names)
      throws IOException, InterruptedException {
    TlsIdentity identity = requests.obtain(client, signer, names);
    files.write(file, identity);
    return identity;
  }

  @Override
  public void close() {
    renewal.interrupt();
    client.close();
  }
}
