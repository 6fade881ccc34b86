package dev.wherry.machinery.lease;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Renews one lease for ever: the heartbeat of a node (KEP-0009; component-helpers
 * apimachinery/lease). A missing lease is made anew, one changed by somebody else is taken over.
 */
public final class LeaseKeeper implements AutoCloseable {
  /** Where node leases live. */
  public static final String NODE_NAMESPACE = "kube-node-lease";

  private static final Logger LOG = System.getLogger(LeaseKeeper.class.getName());
  private static final int QUICK_ATTEMPTS_MAX = 5;
  private static final Duration PAUSE_FIRST = Duration.ofMillis(200);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(7);

  /**
   * @param duration after which a holder that was not heard of counts as gone
   * @param every how often it renews
   */
  public record Config(
      String namespace, String name, String holder, Duration duration, Duration every) {
    /** The heartbeat of a node, with the kubelet's defaults: 40 s, renewed every 10 s. */
    public static Config ofNode(String node) {
      return new Config(NODE_NAMESPACE, node, node, Duration.ofSeconds(40), Duration.ofSeconds(10));
    }
  }

  private final Config config;
  private final LeaseHolder holder;
  private final Timer timer;
  private final Runnable late;
  private final Thread thread;
  private Instant renewedAt;

  private LeaseKeeper(
      ApiClient client,
      Config config,
      Supplier<List<OwnerReference>> owners,
      Timer timer,
      Runnable late) {
    this.config = config;
    this.late = late;
    this.renewedAt = timer.instant();
    this.holder = new LeaseHolder(client, config, owners, timer);
    this.timer = timer;
    this.thread = Thread.ofVirtual().name("lease-" + config.name()).unstarted(this::run);
  }

  /**
   * @param owners the references that make the lease go with its node; empty while unknown
   * @param late called after a renewal that came so late, by an outage or a pause of the machine,
   *     that others may have taken the holder for gone
   */
  public static LeaseKeeper start(
      ApiClient client,
      Config config,
      Supplier<List<OwnerReference>> owners,
      Timer timer,
      Runnable late) {
    LeaseKeeper keeper = new LeaseKeeper(client, config, owners, timer, late);
    keeper.thread.start();
    return keeper;
  }

  private void run() {
    try {
      while (true) {
        renew();
        timer.pause(config.every());
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  private void renew() throws InterruptedException {
    Duration pause = PAUSE_FIRST;
    for (int attempt = 1; attempt <= QUICK_ATTEMPTS_MAX; attempt++) {
      try {
        holder.renew();
        Instant now = timer.instant();
        boolean wasLate = now.isAfter(renewedAt.plus(config.every().multipliedBy(2)));
        renewedAt = now;
        if (wasLate) {
          late.run();
        }
        return;
      } catch (ApiException e) {
        LOG.log(Level.DEBUG, "lease={0} not renewed why={1}", config.name(), e.text());
      } catch (RuntimeException e) {
        LOG.log(Level.DEBUG, "lease=" + config.name() + " not renewed", e);
      }
      timer.pause(pause);
      pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
    }
    LOG.log(Level.WARNING, "lease={0} not renewed in {1} attempts", config.name(), 5);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
