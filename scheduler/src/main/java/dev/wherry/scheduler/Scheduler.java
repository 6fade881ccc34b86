package dev.wherry.scheduler;

import static java.util.Objects.requireNonNull;

import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Explainer;
import dev.wherry.scheduler.decision.Explanation;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.queue.SchedulingQueue;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One loop on one thread: reads its inbox, tries the next pod, assumes it on its node and lets a
 * virtual thread bind it, so that deciding never waits for the API server.
 */
public final class Scheduler implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration IDLE_MAX = Duration.ofMinutes(5);

  private final BlockingQueue<Inbox> inbox = new ArrayBlockingQueue<>(Inbox.MESSAGES_MAX);
  private final ClusterState state = new ClusterState();
  private final Map<String, Profile> profiles = new HashMap<>();
  private final SchedulingQueue queue;
  private final Bindings bindings;
  private final Preemptions preemptions;
  private final ClusterChanges changes;
  private final Attempts attempts;
  private final InstantSource clock;
  private final Thread loop;
  private boolean ready;
  private boolean stopping;

  /** With the seed of the draw among equally good nodes. */
  public Scheduler(
      SchedulerConfig config,
      List<Profile> profiles,
      ClusterWriter writer,
      InstantSource clock,
      long seed) {
    requireNonNull(writer, "writer");
    this.clock = requireNonNull(clock, "clock");
    profiles.forEach(profile -> this.profiles.put(profile.schedulerName(), profile));
    queue =
        new SchedulingQueue(
            profiles.getFirst().queueSort().order(),
            config.backOffFirst(),
            config.backOffMax(),
            Requeue.of(profiles));
    bindings = new Bindings(config.bindsInFlightMax(), writer, this::tell);
    preemptions = new Preemptions(writer, this::tell);
    LoopState known = new LoopState(state, queue, new Reports(bindings, writer), clock);
    changes = new ClusterChanges(known, this.profiles.keySet());
    attempts =
        new Attempts(known, changes, this.profiles, new Decider(seed), bindings, preemptions);
    loop = Thread.ofPlatform().name("scheduler").unstarted(this::run);
  }

  /** Starts to listen; no pod is tried before {@link #ready}. */
  public void start() {
    loop.start();
  }

  /**
   * Tells that everything that was there at the start has been told: with only some of the pods
   * known, nodes would look emptier than they are.
   */
  public void ready() {
    tell(new Inbox.Ready());
  }

  /** Tells of a pod as it is now; waits while the inbox is full. */
  public void podSeen(PodView pod) {
    tell(new Inbox.PodSeen(pod));
  }

  public void podGone(PodKey key) {
    tell(new Inbox.PodGone(key));
  }

  /** Tells of a node; what stands in it of pods is not read. */
  public void nodeSeen(NodeView node) {
    tell(new Inbox.NodeSeen(node));
  }

  public void nodeGone(String name) {
    tell(new Inbox.NodeGone(name));
  }

  public void namespaceSeen(String name, Map<String, String> labels) {
    tell(new Inbox.NamespaceSeen(name, labels));
  }

  public void namespaceGone(String name) {
    tell(new Inbox.NamespaceGone(name));
  }

  public void budgetSeen(DisruptionBudget budget) {
    tell(new Inbox.BudgetSeen(budget));
  }

  public void budgetGone(String namespace, String name) {
    tell(new Inbox.BudgetGone(namespace, name));
  }

  /**
   * Explains where a pod could go now and why; a pod that has a node is looked at as if it had
   * none. The answer comes from the loop, between two decisions.
   */
  public CompletableFuture<Explanation> explain(PodView pod, Duration atMost) {
    CompletableFuture<Explanation> answer = new CompletableFuture<>();
    tell(new Inbox.Explain(pod, answer));
    return answer.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The cluster as it is now, for the caller alone. */
  public CompletableFuture<ClusterSnapshot> copy(Duration atMost) {
    CompletableFuture<ClusterSnapshot> answer = new CompletableFuture<>();
    tell(new Inbox.Copy(answer));
    return answer.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Tells of a claim of devices, of a slice of them or of a class. */
  public void devicesSeen(DeviceChange change) {
    tell(new Inbox.DevicesSeen(change));
  }

  /** Tells of a claim, a volume, a class or a CSI node. */
  public void storageSeen(StorageChange change) {
    tell(new Inbox.StorageSeen(change));
  }

  private void tell(Inbox message) {
    try {
      inbox.put(message);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!stopping) {
      try {
        Inbox first = inbox.poll(waitNanos(), TimeUnit.NANOSECONDS);
        if (first != null) {
          read(first);
        }
        step();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private long waitNanos() {
    if (ready && queue.hasReady() && bindings.hasRoom()) {
      return 0;
    }
    Duration idle =
        queue
            .nextDue()
            .map(due -> Duration.between(clock.instant(), due))
            .filter(wait -> wait.compareTo(IDLE_MAX) < 0)
            .orElse(IDLE_MAX);
    return Math.max(0, idle.toNanos());
  }

  /** Reads all that is there, then tries one pod. */
  private void step() {
    Inbox message = inbox.poll();
    while (message != null) {
      read(message);
      message = inbox.poll();
    }
    if (ready && bindings.hasRoom()) {
      queue.poll(clock.instant()).ifPresent(attempts::attempt);
    }
  }

  private void read(Inbox message) {
    switch (message) {
      case Inbox.PodSeen(PodView pod) -> changes.seen(pod);
      case Inbox.PodGone(PodKey key) -> changes.gone(key);
      case Inbox.NodeSeen(NodeView node) -> changes.happened(state.nodeSeen(node));
      case Inbox.NodeGone(String name) -> changes.happened(state.nodeGone(name));
      case Inbox.StorageSeen(StorageChange change) -> changes.changed(change);
      case Inbox.DevicesSeen(DeviceChange change) -> changes.changed(change);
      case Inbox.BindEnded ended -> attempts.bindEnded(ended);
      case Inbox.PreemptEnded(PodKey preemptor, boolean failed) ->
          attempts.preemptEnded(preemptor, failed);
      case Inbox.NamespaceSeen(String name, Map<String, String> labels) ->
          changes.happened(state.namespaceSeen(name, labels));
      case Inbox.NamespaceGone(String name) -> state.namespaceGone(name);
      case Inbox.BudgetSeen(DisruptionBudget budget) -> state.budgetSeen(budget);
      case Inbox.BudgetGone(String namespace, String name) -> state.budgetGone(namespace, name);
      case Inbox.Explain(PodView pod, CompletableFuture<Explanation> answer) ->
          answer.complete(explain(pod));
      case Inbox.Copy(CompletableFuture<ClusterSnapshot> answer) ->
          answer.complete(state.snapshot().apart());
      case Inbox.Ready() -> ready = true;
      case Inbox.Stop() -> stopping = true;
    }
  }

  private Explanation explain(PodView pod) {
    Profile profile = profiles.get(pod.schedulerName());
    if (profile == null) {
      return new Explanation(
          "scheduler \"%s\" is responsible for this pod".formatted(pod.schedulerName()), List.of());
    }
    ClusterSnapshot snapshot = state.snapshot();
    Optional<NodeView> home = snapshot.node(pod.nodeName());
    if (home.isPresent()) {
      snapshot = snapshot.with(home.get().without(pod.key()));
    }
    return Explainer.explain(pod.on(""), snapshot, profile);
  }

  @Override
  public void close() {
    tell(new Inbox.Stop());
    try {
      if (!loop.join(STOP_TIMEOUT)) {
        loop.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    bindings.close();
    preemptions.close();
  }
}
