package dev.wherry.cli;

import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Where an agent's pods ask for names: at the address of the Service {@code kube-dns}, as the API
 * says it. The agent keeps it in its data directory for starts while the API is away.
 */
final class DnsAddress {
  private static final System.Logger LOG = System.getLogger(DnsAddress.class.getName());
  private static final String FILE = "cluster-dns";

  /** A server that begins makes the Service within a second. */
  private static final Duration FIRST_MAX = Duration.ofSeconds(10);

  /** Who knows the address already does not keep its pods waiting for a silent API. */
  private static final Duration AGAIN_MAX = Duration.ofSeconds(3);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
  private static final int TRIES_MAX = 100;

  private final ApiClient api;
  private final Path file;
  private final Timer timer;

  private DnsAddress(ApiClient api, Path file, Timer timer) {
    this.api = api;
    this.file = file;
    this.timer = timer;
  }

  /**
   * Asks for a few seconds at most; then the one known from before counts, or the default, which
   * every cluster had before its ranges could be chosen.
   *
   * @param api as the node
   */
  static String learn(ApiClient api, Path dataDirectory, Timer timer)
      throws IOException, InterruptedException {
    return new DnsAddress(api, dataDirectory.resolve(FILE), timer).learn();
  }

  private String learn() throws IOException, InterruptedException {
    Optional<String> known =
        Files.exists(file) ? address(Files.readString(file).strip()) : Optional.empty();
    BlockingQueue<String> answer = new ArrayBlockingQueue<>(1);
    Thread asking =
        Thread.ofVirtual()
            .name("dns-address")
            .start(() -> ask(answer, known.isPresent() ? 1 : TRIES_MAX));
    Duration patience = known.isPresent() ? AGAIN_MAX : FIRST_MAX;
    String told = answer.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    asking.interrupt();
    Optional<String> now = told == null ? Optional.empty() : address(told);
    if (now.isEmpty()) {
      String taken = known.orElse(ClusterRanges.DEFAULT.dnsAddress());
      LOG.log(Level.WARNING, "the API does not say where kube-dns is; pods ask {0}", taken);
      return taken;
    }
    if (!now.equals(known)) {
      PrivateFiles.writePublic(file, now.get() + "\n");
    }
    return now.get();
  }

  /** Offers the Service's address, or "" when it was not found so many times. */
  private void ask(BlockingQueue<String> answer, int tries) {
    try {
      String found = clusterIp();
      for (int i = 1; i < tries && found.isEmpty(); i++) {
        timer.pause(LOOK_AGAIN);
        found = clusterIp();
      }
      boolean _ = answer.offer(found);
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "nobody waits for the address");
    }
  }

  private String clusterIp() {
    try {
      return api.get(Service.KIND, "kube-system", "kube-dns").spec().clusterIP();
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "kube-dns not found why=\"{0}\"", e.getMessage());
      return "";
    }
  }

  /** The text where it is an address; a headless Service has none. */
  private static Optional<String> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text).getHostAddress());
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
