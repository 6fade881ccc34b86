package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.network.ingress.kinds.ClusterObjects.CertificateState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The Secrets that certificates come from. One that is of no use leaves the certificate that was
 * there before.
 */
final class FollowedSecrets implements AutoCloseable {
  private static final Logger LOG = System.getLogger(FollowedSecrets.class.getName());
  private static final String CERTIFICATE = "tls.crt";
  private static final String KEY = "tls.key";

  /** Takes certificates by name. */
  interface Sink {
    void put(String name, TlsIdentity identity);

    void keepOnly(Set<String> names);
  }

  private final Sink sink;
  private final Runnable changed;
  private final NamedWatches<Secret> watches;
  private final Map<ObjectKey, CertificateState> states = new ConcurrentHashMap<>();

  FollowedSecrets(ApiClient api, Timer timer, Sink sink, Runnable changed) {
    this.sink = sink;
    this.changed = changed;
    this.watches = new NamedWatches<>(api, Secret.KIND, timer, this::take);
  }

  /**
   * Follows these and no others; the owner's thread.
   *
   * @return whether all of them were read before
   */
  boolean follow(Set<ObjectKey> wanted) {
    boolean known = watches.knows(wanted);
    Set<ObjectKey> left = watches.follow(wanted);
    states.keySet().removeAll(left);
    if (!left.isEmpty()) {
      sink.keepOnly(
          watches.followed().stream().map(ObjectKey::toString).collect(Collectors.toSet()));
    }
    return known;
  }

  /** Waits until those that are followed were read, so that no client sees a stand-in. */
  void awaitRead(Duration atMost) throws InterruptedException {
    watches.awaitRead(atMost);
  }

  /** What a Secret is good for; what was not read yet is not blamed while its watch begins. */
  CertificateState state(ObjectKey key) {
    CertificateState known = states.get(key);
    if (known != null) {
      return known;
    }
    return watches.isMissing(key)
        ? new CertificateState.Unusable("does not exist")
        : new CertificateState.Usable();
  }

  private void take(ObjectKey key, Change<Secret> change) {
    CertificateState now =
        change instanceof Change.Removed
            ? new CertificateState.Unusable("does not exist")
            : read(key, change.latest());
    CertificateState before = states.put(key, now);
    if (now instanceof CertificateState.Unusable(String why) && !now.equals(before)) {
      LOG.log(Level.WARNING, "certificate not taken secret={0} why=\"{1}\"", key, why);
    }
    changed.run();
  }

  private CertificateState read(ObjectKey key, Secret secret) {
    Bytes certificate = secret.data().get(CERTIFICATE);
    Bytes privateKey = secret.data().get(KEY);
    if (certificate == null || privateKey == null) {
      return new CertificateState.Unusable("lacks " + CERTIFICATE + " or " + KEY);
    }
    try {
      sink.put(key.toString(), TlsIdentity.parse(text(certificate), text(privateKey)));
      return new CertificateState.Usable();
    } catch (PkiException e) {
      return new CertificateState.Unusable(String.valueOf(e.getMessage()));
    }
  }

  private static String text(Bytes bytes) {
    return new String(bytes.toArray(), StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    watches.close();
  }
}
