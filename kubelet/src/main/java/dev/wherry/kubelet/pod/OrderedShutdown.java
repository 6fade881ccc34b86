package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.config.ShutdownStep;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends pods with the machine, by priority: the next step begins when the pods of one have ended or
 * its time is over (rule: KEP-2000, KEP-2712; other than there the pods stay and run again after
 * the next boot). preStop hooks and sidecars' order hold as at any other end.
 */
public final class OrderedShutdown {
  private static final System.Logger LOG = System.getLogger(OrderedShutdown.class.getName());

  /** A kill at the end of the time takes this long to be seen. */
  private static final Duration AFTER_KILL = Duration.ofSeconds(5);

  private final PodWorkers workers;
  private final List<ShutdownStep> steps;

  /**
   * @param steps lowest priority first
   */
  public OrderedShutdown(PodWorkers workers, List<ShutdownStep> steps) {
    this.workers = workers;
    this.steps = List.copyOf(steps);
  }

  /** Returns when all have ended or their times are over. */
  public void run() throws InterruptedException {
    workers.startNone();
    for (ShutdownStep step : steps) {
      List<String> pods =
          workers.pods().stream().filter(pod -> of(pod).equals(step)).map(PodView::uid).toList();
      CountDownLatch left = new CountDownLatch(pods.size());
      pods.forEach(uid -> workers.shutDown(uid, step.grace(), left::countDown));
      long millis = step.grace().plus(AFTER_KILL).toMillis();
      if (!left.await(millis, TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "shutdown: pods that do not end in time: {0}", left.getCount());
      }
    }
  }

  private ShutdownStep of(PodView pod) {
    Integer own = pod.spec().priority();
    int priority = own == null ? 0 : own;
    List<ShutdownStep> reached = new ArrayList<>(List.of(steps.getFirst()));
    steps.stream().filter(step -> step.priority() <= priority).forEach(reached::add);
    return reached.getLast();
  }
}
