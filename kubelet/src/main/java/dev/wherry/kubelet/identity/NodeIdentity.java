package dev.wherry.kubelet.identity;

import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
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
 * node's name only, never on its address. One virtual thread renews.
 */
public final class NodeIdentity implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(NodeIdentity.class.getName());
  private static final double RENEW_EARLIEST = 0.7;
  private static final double RENEW_SPREAD = 0.2;
  private static final Duration RETRY = Duration.ofMinutes(1);

  /** At the longest between two looks, since clocks jump. */
  private static final Duration LOOK_MAX = Duration.ofHours(1);

  private final Path directory;
  private final AlternativeNames servingNames;
  private final Timer timer;
  private final double renewFraction;
  private final SigningRequests requests;
  private final X509Certificate authority;
  private final HttpsApiClient client;
  private final Thread renewal;
  private volatile TlsIdentity clientIdentity;
  private volatile TlsIdentity servingIdentity;

  /**
   * Where and who.
   *
   * @param server the API's URL
   * @param directory for ca.crt, client.crt, client.key, serving.crt, serving.key
   * @param servingNames names and addresses under which the kubelet's server is reached
   */
  public record Settings(
      URI server, Path directory, String nodeName, AlternativeNames servingNames) {}

  /**
   * Uses the identity on disk, or joins by token. Blocks until both certificates are there.
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
    SigningRequests requests = new SigningRequests(settings.nodeName(), timer, secrets);
    Path caFile = settings.directory().resolve("ca.crt");
    X509Certificate authority;
    if (Files.exists(caFile)) {
      authority = Pem.certificate(PrivateFiles.read(caFile));
    } else {
      authority = AuthorityFetch.fetch(settings.server(), required(token).caHash());
      PrivateFiles.writePublic(caFile, Pem.certificates(List.of(authority)));
    }
    Optional<TlsIdentity> known = read(settings.directory(), "client", timer.instant());
    TlsIdentity client =
        known.isPresent()
            ? known.get()
            : join(settings, authority, required(token), requests, timer);
    return new NodeIdentity(settings, timer, requests, authority, client, random);
  }

  private static JoinToken required(Optional<JoinToken> token) throws IOException {
    return token.orElseThrow(() ->
        new IOException(
            "this node has not joined yet and has no join token; make one on the server"
                + " with: wherry token create"));
  }

  private static TlsIdentity join(
      Settings settings,
      X509Certificate authority,
      JoinToken token,
      SigningRequests requests,
      Timer timer)
      throws IOException, InterruptedException {
    HttpsConfig config =
        HttpsConfig.ofToken(
            settings.server(), TlsContexts.trusting(List.of(authority)), token::bootstrapToken);
    try (HttpsApiClient bootstrap = new HttpsApiClient(config, timer)) {
      TlsIdentity identity =
          requests.obtain(bootstrap, SigningRequests.CLIENT_SIGNER, AlternativeNames.NONE);
      write(settings.directory(), "client", identity);
      return identity;
    } catch (ApiException e) {
      throw new IOException("the server refused this node: " + e.text(), e);
    }
  }

  private NodeIdentity(
      Settings settings,
      Timer timer,
      SigningRequests requests,
      X509Certificate authority,
      TlsIdentity client,
      RandomGenerator random)
      throws IOException, InterruptedException {
    this.directory = settings.directory();
    this.servingNames = settings.servingNames();
    this.timer = timer;
    this.requests = requests;
    this.authority = authority;
    this.clientIdentity = client;
    this.renewFraction = RENEW_EARLIEST + RENEW_SPREAD * random.nextDouble();
    this.client =
        new HttpsApiClient(
            HttpsConfig.ofCertificate(
                settings.server(), () -> TlsContexts.mutual(this::client, List.of(authority))),
            timer);
    Optional<TlsIdentity> known =
        read(directory, "serving", timer.instant())
            .filter(i -> AlternativeNames.of(i.leaf()).covers(servingNames));
    this.servingIdentity =
        known.isPresent()
            ? known.get()
            : obtain(SigningRequests.SERVING_SIGNER, "serving", servingNames);
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

  private void renew() {
    try {
      while (true) {
        Instant now = timer.instant();
        Instant clientAt = clientIdentity.renewAt(renewFraction);
        Instant servingAt = servingIdentity.renewAt(renewFraction);
        Instant at = clientAt.isBefore(servingAt) ? clientAt : servingAt;
        Duration wait = Duration.between(now, at);
        if (!wait.isNegative()) {
          timer.pause(wait.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : wait.plusMillis(1));
          continue;
        }
        if (!renewed(clientAt, servingAt, now)) {
          timer.pause(RETRY);
        }
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "certificate renewal ended");
    }
  }

  private boolean renewed(Instant clientAt, Instant servingAt, Instant now)
      throws InterruptedException {
    try {
      if (!clientAt.isAfter(now)) {
        clientIdentity = obtain(SigningRequests.CLIENT_SIGNER, "client", AlternativeNames.NONE);
        client.reconnect();
      }
      if (!servingAt.isAfter(now)) {
        servingIdentity = obtain(SigningRequests.SERVING_SIGNER, "serving", servingNames);
      }
      LOG.log(Level.INFO, "certificates renewed until={0}", clientIdentity.notAfter());
      return true;
    } catch (IOException | ApiException e) {
      LOG.log(Level.WARNING, "certificates not renewed, trying again: {0}", e.getMessage());
      return false;
    }
  }

  private TlsIdentity obtain(String signer, String file, AlternativeNames names)
      throws IOException, InterruptedException {
    TlsIdentity identity = requests.obtain(client, signer, names);
    write(directory, file, identity);
    return identity;
  }

  private static Optional<TlsIdentity> read(Path directory, String name, Instant now) {
    Path certificate = directory.resolve(name + ".crt");
    Path key = directory.resolve(name + ".key");
    if (!Files.exists(certificate) || !Files.exists(key)) {
      return Optional.empty();
    }
    try {
      return Optional.of(TlsIdentity.read(certificate, key)).filter(i -> i.notAfter().isAfter(now));
    } catch (PkiException e) {
      LOG.log(Level.WARNING, "identity on disk is not usable file={0}: {1}", certificate, e);
      return Optional.empty();
    }
  }

  private static void write(Path directory, String name, TlsIdentity identity) {
    identity.write(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
  }

  @Override
  public void close() {
    renewal.interrupt();
    client.close();
  }
}
