package dev.wherry.cli;

import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.cli.kubeconfig.KubeconfigException;
import dev.wherry.kubelet.hollow.HollowConfig;
import dev.wherry.kubelet.hollow.HollowNodes;
import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.time.SystemTimer;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.net.ssl.SSLContext;

/** Hollow nodes under a kubeconfig's user: a clock, a client, and the nodes. */
public final class HollowRole implements AutoCloseable {
  private static final Duration REGISTER_MAX = Duration.ofMinutes(5);

  private final Deque<AutoCloseable> parts;
  private final HollowNodes nodes;
  private final String server;

  private HollowRole(Deque<AutoCloseable> parts, HollowNodes nodes, String server) {
    this.parts = parts;
    this.nodes = nodes;
    this.server = server;
  }

  /** Starts everything; the nodes appear after. */
  public static HollowRole start(Access access, HollowConfig config) {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    SystemTimer timer = new SystemTimer();
    parts.push(timer);
    HttpsApiClient api =
        new HttpsApiClient(
            new HttpsConfig(
                URI.create(access.server()),
                () -> tls(access),
                access::token,
                "wherry-hollow",
                HttpsConfig.REQUEST_TIMEOUT),
            timer);
    parts.push(api);
    HollowNodes nodes = HollowNodes.start(api, config, timer);
    parts.push(nodes);
    return new HollowRole(parts, nodes, access.server());
  }

  private static SSLContext tls(Access access) {
    try {
      return access.tls().context();
    } catch (GeneralSecurityException e) {
      throw new KubeconfigException("the kubeconfig's credentials: " + e.getMessage(), e);
    }
  }

  /** The server's URL. */
  public String server() {
    return server;
  }

  /**
   * Waits until all nodes are there.
   *
   * @throws IOException when that takes too long
   */
  public void awaitRegistered() throws IOException, InterruptedException {
    if (!nodes.awaitRegistered(REGISTER_MAX)) {
      throw new IOException(
          "not all hollow nodes could be made in " + REGISTER_MAX.toMinutes() + " minutes");
    }
  }

  @Override
  public synchronized void close() {
    ServerRole.stop(parts);
  }
}
