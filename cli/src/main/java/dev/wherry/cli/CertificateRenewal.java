package dev.wherry.cli;

import dev.wherry.apiserver.pki.Kubeconfig;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.time.Timer;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Renews the server's own certificates while it runs, and writes the administrator's kubeconfig
 * anew with them. Connections ask for the present certificate at their handshake, so nothing
 * restarts. One virtual thread.
 *
 * @param thread looks every hour
 */
record CertificateRenewal(Thread thread) implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CertificateRenewal.class.getName());
  static final Duration LOOK = Duration.ofHours(1);

  /**
   * @param url of the API in the kubeconfig
   * @param kubeconfig written now, and when its certificate is renewed
   */
  static CertificateRenewal start(ServerPki pki, String url, Path kubeconfig, Timer timer) {
    write(pki, url, kubeconfig);
    return new CertificateRenewal(
        Thread.ofVirtual()
            .name("server-certificates")
            .start(() -> run(pki, url, kubeconfig, timer)));
  }

  private static void run(ServerPki pki, String url, Path kubeconfig, Timer timer) {
    try {
      while (true) {
        timer.pause(LOOK);
        look(pki, url, kubeconfig);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "certificates are renewed no longer");
    }
  }

  private static void look(ServerPki pki, String url, Path kubeconfig) {
    try {
      List<ServerPki.Leaf> renewed = pki.renewDue();
      if (renewed.contains(ServerPki.Leaf.ADMIN)) {
        write(pki, url, kubeconfig);
      }
    } catch (PkiException | UncheckedIOException e) {
      LOG.log(
          Level.ERROR, "certificates not renewed, trying again in an hour: {0}", e.getMessage());
    }
  }

  private static void write(ServerPki pki, String url, Path kubeconfig) {
    new Kubeconfig(
            url, pki.authority().certificatePem(), "wherry", pki.identity(ServerPki.Leaf.ADMIN))
        .write(kubeconfig);
  }

  /** Waits until a renewal under way has written its files. */
  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
