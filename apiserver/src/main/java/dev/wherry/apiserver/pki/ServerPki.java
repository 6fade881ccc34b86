package dev.wherry.apiserver.pki;

import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.KeyPairs;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsIdentity;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Every key and certificate of the server, in kubeadm's file names under one directory:
 *
 * <pre>
 * ca.crt ca.key                          the cluster's authority
 * front-proxy-ca.crt front-proxy-ca.key  the authority of the front proxy alone
 * sa.key sa.pub                          signs service account tokens
 * apiserver.crt/.key                     serving
 * apiserver-kubelet-client.crt/.key      the API server towards kubelets
 * front-proxy-client.crt/.key            the API server towards servers behind it
 * admin, scheduler, controller-manager   client certificates (.crt/.key)
 * </pre>
 *
 * Opening makes what is missing; the administrator's key, which takes longest, on a thread of its
 * own until somebody asks for it. A leaf is looked at when it is first asked for, since a start
 * waits for every signature: what is near its end, was issued by another authority or no longer
 * carries the configured names is issued anew. {@link #renewDue} does the same for all while
 * running; readers see the new identity at their next call.
 */
public final class ServerPki {
  /** The certificates the server holds for itself. */
  public enum Leaf {
    /** Serves the API. */
    SERVING("apiserver", Subject.of("kube-apiserver"), CertificateUse.SERVER),
    /** Shows the API server to kubelets. */
    KUBELET_CLIENT(
        "apiserver-kubelet-client",
        Subject.of("kube-apiserver-kubelet-client", "system:masters"),
        CertificateUse.CLIENT),
    /** Shows the API server to the servers behind it; of the front proxy's authority. */
    FRONT_PROXY_CLIENT(
        "front-proxy-client", Subject.of("front-proxy-client"), CertificateUse.CLIENT),
    /** The administrator's, for the kubeconfig. */
    ADMIN("admin", Subject.of("wherry-admin", "system:masters"), CertificateUse.CLIENT),
    /** The scheduler's, when it runs in another process. */
    SCHEDULER("scheduler", Subject.of("system:kube-scheduler"), CertificateUse.CLIENT),
    /** The controllers', when they run in another process. */
    CONTROLLER_MANAGER(
        "controller-manager", Subject.of("system:kube-controller-manager"), CertificateUse.CLIENT);

    private final String file;
    private final Subject subject;
    private final CertificateUse use;

    Leaf(String file, Subject subject, CertificateUse use) {
      this.file = file;
      this.subject = subject;
      this.use = use;
    }
  }

  private static final System.Logger LOG = System.getLogger(ServerPki.class.getName());

  private final Path directory;
  private final ServerPkiConfig config;
  private final InstantSource clock;
  private final CertificateAuthority authority;
  private final CertificateAuthority frontProxyAuthority;
  private final KeyPair serviceAccountKeys;
  private final SecureRandom random;

  /** The administrator's key while it is made at the first start; taken once. */
  private final AtomicReference<@Nullable CompletableFuture<KeyPair>> firstKey =
      new AtomicReference<>();

  private final Map<Leaf, TlsIdentity> leaves = new ConcurrentHashMap<>();

  private ServerPki(
      Path directory,
      ServerPkiConfig config,
      InstantSource clock,
      CertificateAuthority authority,
      CertificateAuthority frontProxyAuthority,
      KeyPair serviceAccountKeys,
      SecureRandom random) {
    this.directory = directory;
    this.config = config;
    this.clock = clock;
    this.authority = authority;
    this.frontProxyAuthority = frontProxyAuthority;
    this.serviceAccountKeys = serviceAccountKeys;
    this.random = random;
  }

  /** Opens {@code directory}, making it (0700) and whatever it lacks. */
  public static ServerPki open(
      Path directory, ServerPkiConfig config, InstantSource clock, SecureRandom random) {
    PrivateFiles.createDirectory(directory);
    ServerPki pki =
        new ServerPki(
            directory,
            config,
            clock,
            openAuthority(directory, "ca", "wherry-ca", config, clock, random),
            openAuthority(
                directory, "front-proxy-ca", "wherry-front-proxy-ca", config, clock, random),
            openTokenKeys(directory, random),
            random);
    if (!pki.isThere(Leaf.ADMIN)) {
      pki.beginFirstKey();
    }
    for (Leaf leaf : Leaf.values()) {
      if (!pki.isThere(leaf) && leaf != Leaf.ADMIN) {
        pki.leaves.put(leaf, pki.issue(leaf));
      }
    }
    return pki;
  }

  /** The cluster's authority. */
  public CertificateAuthority authority() {
    return authority;
  }

  /** Whose certificates the servers behind this one take for the front proxy's. */
  public CertificateAuthority frontProxyAuthority() {
    return frontProxyAuthority;
  }

  private CertificateAuthority authority(Leaf leaf) {
    return leaf == Leaf.FRONT_PROXY_CLIENT ? frontProxyAuthority : authority;
  }

  /** The present identity; ask anew for every connection. */
  public TlsIdentity identity(Leaf leaf) {
    TlsIdentity known = leaves.get(leaf);
    return known == null ? leaves.computeIfAbsent(leaf, this::openLeaf) : known;
  }

  /** The key pair that signs service account tokens. */
  public KeyPair serviceAccountKeys() {
    return serviceAccountKeys;
  }

  /** Renews what is due; called hourly by its owner. Returns what was renewed. */
  public List<Leaf> renewDue() {
    List<Leaf> renewed = new java.util.ArrayList<>();
    for (Leaf leaf : Leaf.values()) {
      Optional<TlsIdentity> good = good(leaf, Optional.ofNullable(leaves.get(leaf)));
      leaves.put(leaf, good.orElseGet(() -> issue(leaf)));
      if (good.isEmpty()) {
        renewed.add(leaf);
      }
    }
    return renewed;
  }

  private TlsIdentity openLeaf(Leaf leaf) {
    return good(leaf, Optional.empty()).orElseGet(() -> issue(leaf));
  }

  /** The given identity, else the stored one, unless it is to be replaced. */
  private Optional<TlsIdentity> good(Leaf leaf, Optional<TlsIdentity> given) {
    return given.or(() -> stored(leaf)).filter(identity -> isGood(leaf, identity));
  }

  private Path file(Leaf leaf, String ending) {
    return directory.resolve(leaf.file + ending);
  }

  private boolean isThere(Leaf leaf) {
    return Files.exists(file(leaf, ".crt")) && Files.exists(file(leaf, ".key"));
  }

  private Optional<TlsIdentity> stored(Leaf leaf) {
    if (!isThere(leaf)) {
      return Optional.empty();
    }
    try {
      return Optional.of(TlsIdentity.read(file(leaf, ".crt"), file(leaf, ".key")));
    } catch (PkiException e) {
      // A crash between the two renames leaves a pair that does not match: a new one mends it.
      LOG.log(Level.WARNING, "certificate=" + leaf.file + " replaced: " + e.getMessage());
      return Optional.empty();
    }
  }

  private TlsIdentity issue(Leaf leaf) {
    TlsIdentity identity =
        authority(leaf)
            .issue(keys(leaf), leaf.subject, names(leaf), leaf.use, config.leafLifetime());
    identity.write(file(leaf, ".crt"), file(leaf, ".key"));
    LOG.log(Level.INFO, "certificate=" + leaf.file + " notAfter=" + identity.notAfter());
    return identity;
  }

  /**
   * Some Java clients read RSA keys only, and the administrator's kubeconfig is for all clients.
   */
  private KeyPair keys(Leaf leaf) {
    if (leaf != Leaf.ADMIN) {
      return KeyPairs.generate(random);
    }
    CompletableFuture<KeyPair> begun = firstKey.getAndSet(null);
    return begun == null ? KeyPairs.generateRsa(random) : begun.join();
  }

  private void beginFirstKey() {
    CompletableFuture<KeyPair> key = new CompletableFuture<>();
    firstKey.set(key);
    Thread.ofPlatform()
        .daemon()
        .name("administrators-key")
        .start(() -> key.completeAsync(() -> KeyPairs.generateRsa(random), Runnable::run));
  }

  private AlternativeNames names(Leaf leaf) {
    return leaf == Leaf.SERVING
        ? AlternativeNames.of(config.servingHosts())
        : AlternativeNames.NONE;
  }

  private boolean isGood(Leaf leaf, TlsIdentity identity) {
    boolean ours =
        identity
            .leaf()
            .getIssuerX500Principal()
            .equals(authority(leaf).certificate().getSubjectX500Principal());
    return ours
        && isSignedBy(authority(leaf), identity)
        && Subject.of(identity.leaf()).equals(leaf.subject)
        && AlternativeNames.of(identity.leaf()).covers(names(leaf))
        && clock.instant().isBefore(identity.renewAt(config.renewFraction()));
  }

  private static boolean isSignedBy(CertificateAuthority authority, TlsIdentity identity) {
    try {
      identity.leaf().verify(authority.certificate().getPublicKey());
      return true;
    } catch (java.security.GeneralSecurityException _) {
      return false;
    }
  }

  private static CertificateAuthority openAuthority(
      Path directory,
      String file,
      String name,
      ServerPkiConfig config,
      InstantSource clock,
      SecureRandom random) {
    Path certificate = directory.resolve(file + ".crt");
    Path key = directory.resolve(file + ".key");
    if (Files.exists(certificate)) {
      return CertificateAuthority.load(
          PrivateFiles.read(certificate), PrivateFiles.read(key), clock, random);
    }
    CertificateAuthority authority =
        CertificateAuthority.create(name, config.authorityLifetime(), clock, random);
    // The certificate is written last: as long as it is missing, nothing was trusted yet.
    PrivateFiles.writeSecret(key, authority.keyPem());
    PrivateFiles.writePublic(certificate, authority.certificatePem());
    return authority;
  }

  private static KeyPair openTokenKeys(Path directory, SecureRandom random) {
    Path publicFile = directory.resolve("sa.pub");
    Path privateFile = directory.resolve("sa.key");
    if (!Files.exists(publicFile)) {
      KeyPair fresh = KeyPairs.generate(random);
      PrivateFiles.writeSecret(privateFile, Pem.privateKey(fresh.getPrivate()));
      PrivateFiles.writePublic(publicFile, Pem.publicKey(fresh.getPublic()));
      return fresh;
    }
    PublicKey publicKey = Pem.publicKeys(PrivateFiles.read(publicFile)).getFirst();
    PrivateKey privateKey = Pem.privateKey(PrivateFiles.read(privateFile));
    if (!KeyPairs.match(privateKey, publicKey)) {
      throw new PkiException(privateFile + " does not belong to " + publicFile);
    }
    return new KeyPair(publicKey, privateKey);
  }
}
