package dev.wherry.kubelet.hollow;

import dev.wherry.machinery.time.Timer;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Renews the leases of all nodes one after the other, evenly over the time of one round, so that
 * thousands of hearts make no bursts. One virtual thread goes round; a step's renewals run at once.
 */
final class HollowLeases implements AutoCloseable {
  /** A kubelet's. */
  private static final Duration ROUND_MIN = Duration.ofSeconds(10);

  /** With more nodes the rounds get longer; with the most nodes one lasts 20 s of a lease's 40. */
  private static final int RENEWALS_PER_SECOND_MAX = 250;

  private static final System.Logger LOG = System.getLogger(HollowLeases.class.getName());

  private final List<HollowNode> nodes;
  private final Timer timer;
  private final ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread thread;

  private HollowLeases(List<HollowNode> nodes, Timer timer) {
    this.nodes = nodes;
    this.timer = timer;
    this.thread = Thread.ofVirtual().name("hollow-leases").unstarted(this::run);
  }

  static HollowLeases start(List<HollowNode> nodes, Timer timer) {
    HollowLeases leases = new HollowLeases(nodes, timer);
    leases.thread.start();
    return leases;
  }

  /** How long one round takes. */
  static Duration round(int nodes) {
    Duration busy = Duration.ofMillis(nodes * 1_000L / RENEWALS_PER_SECOND_MAX);
    return busy.compareTo(ROUND_MIN) > 0 ? busy : ROUND_MIN;
  }

  private void run() {
    Duration round = round(nodes.size());
    int atOnce = Math.max(1, (int) (nodes.size() * 1_000L / round.toMillis()));
    int steps = (nodes.size() + atOnce - 1) / atOnce;
    try {
      while (true) {
        for (int step = 0; step < steps; step++) {
          timer.pause(round.dividedBy(steps));
          int first = step * atOnce;
          renew(nodes.subList(first, Math.min(nodes.size(), first + atOnce)));
        }
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  private void renew(List<HollowNode> some) throws InterruptedException {
    List<Callable<Boolean>> renewals = new ArrayList<>();
    for (HollowNode node : some) {
      if (node.isThere()) {
        renewals.add(() -> renew(node));
      }
    }
    var _ = writers.invokeAll(renewals);
  }

  private static boolean renew(HollowNode node) {
    try {
      node.lease().renew();
      return true;
    } catch (ApiException e) {
      LOG.log(Level.WARNING, "lease={0} not renewed why={1}", node.name(), e.text());
      return false;
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    writers.shutdownNow();
  }
}
