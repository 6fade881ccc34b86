package dev.wherry.network.ingress;

import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.network.ingress.tls.Certificates;
import java.security.SecureRandom;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a node's proxy shows to clients, made when there is a proxy first. Any thread. */
final class ShownCertificates implements FollowedSecrets.Sink {
  private final Timer timer;
  private final SecureRandom random;
  private @Nullable Certificates shown;

  ShownCertificates(Timer timer, SecureRandom random) {
    this.timer = timer;
    this.random = random;
  }

  /** All of them, with one of our own for hosts without. */
  synchronized Certificates get() {
    Certificates made = shown;
    if (made == null) {
      made = Certificates.selfSigned(timer, random);
      shown = made;
    }
    return made;
  }

  @Override
  public void put(String name, TlsIdentity identity) {
    get().put(name, identity);
  }

  @Override
  public void keepOnly(Set<String> names) {
    get().keepOnly(names);
  }
}
