package dev.wherry.machinery.pki;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS contexts whose identity comes from a supplier, asked anew at every handshake. */
public final class TlsContexts {
  private TlsContexts() {}

  /** A client context that shows an identity and trusts only the given authorities. */
  public static SSLContext mutual(
      Supplier<TlsIdentity> identity, Collection<X509Certificate> authorities) {
    return context(new KeyManager[] {keyManager(identity)}, authorities);
  }

  /** A client context without identity (bearer tokens), trusting only the given authorities. */
  public static SSLContext trusting(Collection<X509Certificate> authorities) {
    return context(new KeyManager[0], authorities);
  }

  /** A client context that trusts anybody: for one who asks whether somebody answers, not who. */
  public static SSLContext trustingAnybody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[0], new TrustManager[] {new TrustingManager()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new PkiException("no TLS context can be made", e);
    }
  }

  /** A key manager that always answers with the supplier's present identity. */
  public static X509ExtendedKeyManager keyManager(Supplier<TlsIdentity> identity) {
    return new SuppliedKeyManager(identity);
  }

  /**
   * A trust manager that accepts chains ending at one of the authorities of the Java runtime.
   *
   * @throws GeneralSecurityException when it has none
   */
  public static X509ExtendedTrustManager trustManagerOfRuntime() throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init((KeyStore) null);
    return extended(factory);
  }

  /**
   * A trust manager for peers that must show one of some names, whatever their URL says.
   *
   * @param hosts any case; a certificate's wildcard stands for the first label
   * @param uris letter by letter
   */
  public static X509ExtendedTrustManager named(
      X509ExtendedTrustManager authorities, Set<String> hosts, Set<String> uris) {
    return new NamedTrustManager(authorities, hosts, uris);
  }

  /** A trust manager that accepts only chains ending at one of the authorities. */
  public static X509ExtendedTrustManager trustManager(Collection<X509Certificate> authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int index = 0;
      for (X509Certificate authority : authorities) {
        store.setCertificateEntry("ca" + index++, authority);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return extended(factory);
    } catch (GeneralSecurityException | IOException e) {
      throw new PkiException("the trust store cannot be made", e);
    }
  }

  private static X509ExtendedTrustManager extended(TrustManagerFactory factory) {
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new PkiException("this Java runtime has no X.509 trust manager");
  }

  private static SSLContext context(KeyManager[] keys, Collection<X509Certificate> authorities) {
    try {
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(keys, new TrustManager[] {trustManager(authorities)}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new PkiException("this Java runtime has no TLS 1.3", e);
    }
  }

  /**
   * The identity travels in the alias: between "choose" and "get" a rotation may happen, and key
   * and chain of one handshake must belong together.
   */
  private static final class SuppliedKeyManager extends X509ExtendedKeyManager {
    private final Supplier<TlsIdentity> identity;
    private volatile TlsIdentity current;
    private volatile TlsIdentity previous;

    SuppliedKeyManager(Supplier<TlsIdentity> identity) {
      this.identity = identity;
      this.current = identity.get();
      this.previous = current;
    }

    private String choose() {
      TlsIdentity now = identity.get();
      if (now != current) {
        previous = current;
        current = now;
      }
      return alias(now);
    }

    private static String alias(TlsIdentity identity) {
      return identity.leaf().getSerialNumber().toString(16);
    }

    private TlsIdentity named(String alias) {
      TlsIdentity old = previous;
      return alias(old).equals(alias) ? old : current;
    }

    @Override
    public String chooseEngineClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return choose();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return matches(type) ? choose() : null;
    }

    @Override
    public String chooseClientAlias(
        String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return choose();
    }

    @Override
    public @Nullable String chooseServerAlias(
        String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return matches(type) ? choose() : null;
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
      return new String[] {choose()};
    }

    @Override
    public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
      return new String[] {choose()};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return named(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return named(alias).key();
    }

    private boolean matches(String keyType) {
      String algorithm = identity.get().key().getAlgorithm();
      return keyType.startsWith(algorithm.equals("EC") ? "EC" : algorithm);
    }
  }
}
