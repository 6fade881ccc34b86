package dev.wherry.machinery.lease;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.coordination.v1.Lease;
import dev.wherry.model.coordination.v1.LeaseSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Elects one leader among processes by a Lease (client-go tools/leaderelection). Another's lease is
 * judged by when this process last saw it change, never by the times within it, so clocks need not
 * agree. A leader that cannot renew within the renew deadline stops leading before anybody else can
 * begin: the deadline is shorter than the lease.
 */
public final class LeaderElection implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LeaderElection.class.getName());
  private static final double JITTER = 1.2;

  /**
   * @param identity unique to this process
   * @param leaseDuration how long others wait after the last change they saw
   * @param renewDeadline how long a leader tries to renew before it gives up
   * @param retryPeriod between attempts
   */
  public record Config(
      String namespace,
      String name,
      String identity,
      Duration leaseDuration,
      Duration renewDeadline,
      Duration retryPeriod) {
    public Config {
      if (leaseDuration.compareTo(renewDeadline) <= 0) {
        throw new IllegalArgumentException("leaseDuration must be greater than renewDeadline");
      }
      if (renewDeadline.toMillis() <= retryPeriod.toMillis() * JITTER) {
        throw new IllegalArgumentException("renewDeadline must be greater than 1.2 retryPeriod");
      }
    }

    /** With upstream's defaults: 15 s, 10 s, 2 s. */
    public static Config of(String namespace, String name, String identity) {
      return new Config(
          namespace,
          name,
          identity,
          Duration.ofSeconds(15),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2));
    }
  }

  /** What the elected does. Called on the election's thread: starts and stops things quickly. */
  public interface Candidate {
    void startLeading();

    /** The lease was lost, or the election is closed. Only after {@link #startLeading}. */
    void stopLeading();

    /** Somebody, perhaps this process, was seen to lead. */
    default void observeLeader(String identity) {}
  }

  private final ApiClient client;
  private final Config config;
  private final Candidate candidate;
  private final Timer timer;
  private final RandomGenerator random;
  private final Thread thread;
  private Optional<Lease> observed = Optional.empty();
  private Instant observedAt = Instant.EPOCH;
  private String reported = "";
  private volatile boolean leading;

  private LeaderElection(
      ApiClient client, Config config, Candidate candidate, Timer timer, RandomGenerator random) {
    this.client = client;
    this.config = config;
    this.candidate = candidate;
    this.timer = timer;
    this.random = random;
    this.thread = Thread.ofVirtual().name("election-" + config.name()).unstarted(this::run);
  }

  public static LeaderElection start(
      ApiClient client, Config config, Candidate candidate, Timer timer, RandomGenerator random) {
    LeaderElection election = new LeaderElection(client, config, candidate, timer, random);
    election.thread.start();
    return election;
  }

  public boolean isLeading() {
    return leading;
  }

  private void run() {
    try {
      while (true) {
        while (!attempt()) {
          timer.pause(jittered());
        }
        lead();
      }
    } catch (InterruptedException closed) {
      if (leading) {
        end();
      }
    }
  }

  /** Waiting candidates must not all come at once. */
  private Duration jittered() {
    double factor = 1 + random.nextDouble() * JITTER;
    return Duration.ofMillis((long) (config.retryPeriod().toMillis() * factor));
  }

  private void lead() throws InterruptedException {
    leading = true;
    candidate.startLeading();
    Instant renewed = timer.instant();
    while (true) {
      timer.pause(config.retryPeriod());
      if (attempt()) {
        renewed = timer.instant();
      } else if (timer.instant().isAfter(renewed.plus(config.renewDeadline()))) {
        LOG.log(Level.WARNING, "lease={0} lost: not renewed in time", config.name());
        end();
        return;
      }
    }
  }

  private void end() {
    leading = false;
    candidate.stopLeading();
  }

  /**
   * @return whether this process holds the lease, renewed just now
   */
  private boolean attempt() {
    try {
      boolean held = attemptOnce();
      reportLeader();
      return held;
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "lease={0} attempt failed why={1}", config.name(), e.text());
      return false;
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "lease=" + config.name() + " attempt failed", e);
      return false;
    }
  }

  private boolean attemptOnce() {
    Optional<Lease> present = client.find(Lease.KIND, config.namespace(), config.name());
    Instant now = timer.instant();
    if (present.isEmpty()) {
      observe(client.create(Lease.KIND, first(now)));
      return true;
    }
    Lease lease = present.get();
    if (observed.isEmpty() || !observed.get().spec().equals(lease.spec())) {
      observe(lease);
    }
    boolean mine = lease.spec().holderIdentity().equals(config.identity());
    boolean held = !lease.spec().holderIdentity().isEmpty();
    if (!mine && held && observedAt.plus(duration(lease)).isAfter(now)) {
      return false;
    }
    observe(client.update(Lease.KIND, taken(lease, mine, now)));
    return true;
  }

  private Duration duration(Lease lease) {
    Integer seconds = lease.spec().leaseDurationSeconds();
    return seconds == null ? config.leaseDuration() : Duration.ofSeconds(seconds);
  }

  private void observe(Lease lease) {
    observed = Optional.of(lease);
    observedAt = timer.instant();
  }

  private void reportLeader() {
    String holder = observed.map(lease -> lease.spec().holderIdentity()).orElse("");
    if (!holder.equals(reported)) {
      reported = holder;
      candidate.observeLeader(holder);
    }
  }

  private Lease first(Instant now) {
    LeaseSpec spec =
        LeaseSpec.builder()
            .holderIdentity(config.identity())
            .leaseDurationSeconds((int) config.leaseDuration().toSeconds())
            .acquireTime(now)
            .renewTime(now)
            .leaseTransitions(0)
            .build();
    ObjectMeta meta =
        ObjectMeta.builder().namespace(config.namespace()).name(config.name()).build();
    return Lease.builder().metadata(meta).spec(spec).build();
  }

  private Lease taken(Lease lease, boolean mine, Instant now) {
    Integer transitions = lease.spec().leaseTransitions();
    int count = transitions == null ? 0 : transitions;
    LeaseSpec.Builder spec =
        lease.spec().toBuilder()
            .holderIdentity(config.identity())
            .leaseDurationSeconds((int) config.leaseDuration().toSeconds())
            .renewTime(now)
            .leaseTransitions(mine ? count : count + 1);
    if (!mine) {
      spec.acquireTime(now);
    }
    return lease.toBuilder().spec(spec.build()).build();
  }

  /** Stops leading; the lease runs out by itself, so that work under way cannot overlap. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
