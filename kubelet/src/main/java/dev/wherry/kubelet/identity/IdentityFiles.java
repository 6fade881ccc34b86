package dev.wherry.kubelet.identity;

import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.machinery.pki.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** A node's identity on disk: the cluster's CA, and two pairs of certificate and key (0600). */
record IdentityFiles(Path directory) {
  static final String CLIENT = "client";
  static final String SERVING = "serving";
  private static final System.Logger LOG = System.getLogger(IdentityFiles.class.getName());

  /** The CA this node joined, if it did. */
  Optional<X509Certificate> authority() {
    Path file = authorityFile();
    return Files.exists(file)
        ? Optional.of(Pem.certificate(PrivateFiles.read(file)))
        : Optional.empty();
  }

  void writeAuthority(X509Certificate authority) {
    PrivateFiles.writePublic(authorityFile(), Pem.certificates(List.of(authority)));
  }

  private Path authorityFile() {
    return directory.resolve("ca.crt");
  }

  /** A pair that belongs together; a damaged one counts as none. */
  Optional<TlsIdentity> read(String name) {
    Path certificate = directory.resolve(name + ".crt");
    Path key = directory.resolve(name + ".key");
    if (!Files.exists(certificate) || !Files.exists(key)) {
      return Optional.empty();
    }
    try {
      return Optional.of(TlsIdentity.read(certificate, key));
    } catch (PkiException e) {
      LOG.log(Level.WARNING, "identity on disk is not usable file={0}: {1}", certificate, e);
      return Optional.empty();
    }
  }

  void write(String name, TlsIdentity identity) {
    identity.write(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
  }

  /** Forgets everything that another authority than this one signed. */
  void discardForeign(X509Certificate authority) {
    Optional<X509Certificate> known = authority();
    if (known.isEmpty()
        || CertificateAuthority.fingerprint(known.get())
            .equals(CertificateAuthority.fingerprint(authority))) {
      return;
    }
    LOG.log(Level.WARNING, "identity of another cluster is forgotten dir={0}", directory);
    try {
      for (String name : List.of(CLIENT, SERVING)) {
        Files.deleteIfExists(directory.resolve(name + ".crt"));
        Files.deleteIfExists(directory.resolve(name + ".key"));
      }
      Files.deleteIfExists(authorityFile());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot forget the identity in " + directory, e);
    }
  }
}
