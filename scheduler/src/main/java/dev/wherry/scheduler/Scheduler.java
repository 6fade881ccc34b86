package dev.wherry.scheduler;

import static java.util.Objects.requireNonNull;

import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.decision.Decider;
import dev.wherry.scheduler.decision.Decision;
import dev.wherry.scheduler.decision.Explainer;
import dev.wherry.scheduler.decision.Explanation;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.PodEvent;
import dev.wherry.scheduler.framework.PreEnqueuePlugin;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.queue.SchedulingQueue;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One loop on one thread: reads its inbox, tries the next pod, assumes it on its node and lets a
 * virtual thread bind it, so that deciding never waits for the API server.
 */
public final class Scheduler implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration IDLE_MAX = Duration.ofMinutes(5);

  private final BlockingQueue<Inbox> inbox = new ArrayBlockingQueue<>(Inbox.MESSAGES_MAX);
  private final ClusterState state = new ClusterState();
  private final Map<String, Profile> profiles;
  private final SchedulingQueue queue;
  private final Decider decider;
  private final Bindings bindings;
  private final Preemptions preemptions;
  private final ClusterWriter writer;
  private final InstantSource clock;
  private final Map<PodKey, String> reported = new HashMap<>();

  /** Pods on a node by our decision only, with their uid: no informer has confirmed it yet. */
  private final Map<PodKey, String> assumed = new HashMap<>();

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
    this.profiles = new HashMap<>();
    profiles.forEach(profile -> this.profiles.put(profile.schedulerName(), profile));
    this.writer = requireNonNull(writer, "writer");
    this.clock = requireNonNull(clock, "clock");
    this.decider = new Decider(seed);
    this.queue =
        new SchedulingQueue(
            profiles.getFirst().queueSort().order(),
            config.backOffFirst(),
            config.backOffMax(),
            Requeue.of(profiles));
    this.bindings = new Bindings(config.bindsInFlightMax(), writer, this::tell);
    this.preemptions = new Preemptions(writer, this::tell);
    this.loop = Thread.ofPlatform().name("scheduler").unstarted(this::run);
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
      queue.poll(clock.instant()).ifPresent(this::attempt);
    }
  }

  private void read(Inbox message) {
    switch (message) {
      case Inbox.PodSeen(PodView pod) -> seen(pod);
      case Inbox.PodGone(PodKey key) -> gone(key);
      case Inbox.NodeSeen(NodeView node) -> happened(state.nodeSeen(node));
      case Inbox.NodeGone(String name) -> happened(state.nodeGone(name));
      case Inbox.StorageSeen(StorageChange change) -> changed(change);
      case Inbox.DevicesSeen(DeviceChange change) -> changed(change);
      case Inbox.BindEnded ended -> bindEnded(ended);
      case Inbox.PreemptEnded(PodKey preemptor, boolean failed) -> {
        if (preemptions.ended(preemptor) || failed) {
          queue.wake(preemptor, clock.instant());
        }
      }
      case Inbox.NamespaceSeen(String name, Map<String, String> labels) ->
          happened(state.namespaceSeen(name, labels));
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

  private void seen(PodView pod) {
    if (pod.terminal()) {
      gone(pod.key());
    } else if (!pod.nodeName().isEmpty()) {
      queue.remove(pod.key());
      reported.remove(pod.key());
      assumed.remove(pod.key());
      happened(state.place(pod), pod);
    } else if (profiles.containsKey(pod.schedulerName()) && !pod.deleting()) {
      if (state.placed(pod.key()).filter(p -> p.uid().equals(pod.uid())).isEmpty()) {
        remove(pod.key());
        waits(pod);
      }
    } else if (isForeign(pod) && !pod.deleting() && !pod.standing().nominatedNode().isEmpty()) {
      nominatedElsewhere(pod);
    } else {
      gone(pod.key());
    }
  }

  /** Another scheduler makes room: taken meanwhile, it would make room again, without end. */
  private void nominatedElsewhere(PodView pod) {
    if (!state.nominations().nodeOf(pod.key()).equals(pod.standing().nominatedNode())) {
      gone(pod.key());
      state.nominations().put(pod);
    }
  }

  private boolean isForeign(PodView pod) {
    return !profiles.containsKey(pod.schedulerName());
  }

  /** Of a pod known here the nomination kept here is newer than the one it shows. */
  private void waits(PodView pod) {
    PodView waiting = pod;
    if (queue.knows(pod.key())) {
      waiting = pod.nominatedTo(state.nominations().nodeOf(pod.key()));
    } else if (!pod.standing().nominatedNode().isEmpty()) {
      state.nominations().put(pod);
    }
    queue.offer(waiting, clock.instant());
  }

  private void gone(PodKey key) {
    queue.remove(key);
    reported.remove(key);
    assumed.remove(key);
    remove(key);
    happened(state.unnominate(key));
  }

  private void remove(PodKey key) {
    state.placed(key).ifPresent(placed -> happened(state.remove(key), placed));
  }

  private void happened(Collection<ClusterEvent> events, PodView about) {
    if (!events.isEmpty()) {
      Instant now = clock.instant();
      Optional<NodeView> node = state.snapshot().node(about.nodeName());
      List<PodView> nominated = state.nominations().on(about.nodeName());
      for (ClusterEvent event : events) {
        queue.happened(new PodEvent(event, about, node, nominated), now);
      }
    }
  }

  private void happened(Collection<ClusterEvent> events) {
    Instant now = clock.instant();
    events.forEach(event -> queue.happened(event, now));
  }

  /** A claim concerns the pods that name it. */
  private void changed(StorageChange change) {
    Instant now = clock.instant();
    change.apply(state.storage());
    switch (change) {
      case StorageChange.Claim claim ->
          queue.happened(
              ClusterEvent.CLAIM_CHANGED,
              now,
              pod -> pod.names(claim.key().namespace(), claim.key().name()));
      case StorageChange.Other _ -> queue.happened(ClusterEvent.STORAGE_CHANGED, now);
    }
  }

  /** A claim concerns the pods that name it, and all that wait for devices when it frees some. */
  private void changed(DeviceChange change) {
    Instant now = clock.instant();
    boolean freed = change.apply(state.devices());
    switch (change) {
      case DeviceChange.Claim claim ->
          queue.happened(
              ClusterEvent.DEVICE_CLAIM_CHANGED,
              now,
              pod -> freed || pod.asksForDevicesBy(claim.key().namespace(), claim.key().name()));
      case DeviceChange.Other _ -> queue.happened(ClusterEvent.DEVICES_CHANGED, now);
    }
  }

  private void bindEnded(Inbox.BindEnded ended) {
    bindings.ended(ended.reserved());
    PodKey key = ended.pod().key();
    if (ended.failure().isEmpty()) {
      queue.remove(key);
      assumed.remove(key, ended.pod().uid());
      return;
    }
    ended.reserved().forEach(Reservation::release);
    if (!ended.reserved().isEmpty()) {
      happened(Set.of(ClusterEvent.STORAGE_CHANGED, ClusterEvent.DEVICES_CHANGED));
    }
    if (assumed.remove(key, ended.pod().uid())) {
      remove(key);
      report(ended.pod(), "SchedulerError", ended.failure().get());
      queue.retry(key, clock.instant());
    }
  }

  private void attempt(PodView seen) {
    PodKey key = seen.key();
    @Nullable Profile profile = profiles.get(seen.schedulerName());
    if (profile == null) {
      queue.remove(key);
      return;
    }
    for (PreEnqueuePlugin plugin : profile.preEnqueue()) {
      if (plugin.admit(seen, state.snapshot()) instanceof Verdict.Rejected) {
        if (plugin.isReported()) {
          report(
              seen, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
        }
        queue.park(key, plugin.name(), clock.instant());
        return;
      }
    }
    if (preemptions.holdsBack(key)) {
      queue.holdBack(key);
      return;
    }
    PodView pod = seen.nominatedTo(state.nominations().nodeOf(key));
    switch (decider.decide(pod, state.snapshot(), profile)) {
      case Decision.Place place -> assume(pod, place, profile);
      case Decision.Failed(String why) -> {
        report(pod, "SchedulerError", why);
        queue.retry(key, clock.instant());
      }
      case Decision.Nowhere nowhere -> {
        makeRoom(pod, nowhere);
        queue.unschedulable(key, nowhere.rejectedBy(), clock.instant());
      }
    }
  }

  private void makeRoom(PodView pod, Decision.Nowhere nowhere) {
    if (!(nowhere.room() instanceof Decision.Room.Preempt)) {
      report(pod, "Unschedulable", nowhere.message());
    }
    switch (nowhere.room()) {
      case Decision.Room.Unchanged() -> {}
      case Decision.Room.Hopeless() -> {
        if (state.nominations().remove(pod.key())) {
          bindings.report(() -> writer.nominate(pod, ""));
        }
      }
      case Decision.Room.Relieve(Runnable write) -> bindings.report(write);
      case Decision.Room.Preempt(String node, List<PodView> victims) -> {
        List<PodView> displaced = displaced(pod, node);
        PodView nominated = pod.nominatedTo(node);
        state.nominations().put(nominated);
        queue.offer(nominated, clock.instant());
        boolean said = nowhere.message().equals(reported.put(pod.key(), nowhere.message()));
        preemptions.begin(nominated, said ? "" : nowhere.message(), victims, displaced);
      }
    }
  }

  /**
   * Less important pods that wait for the same node look for another one. What another scheduler
   * nominates is its own to take back.
   */
  private List<PodView> displaced(PodView pod, String node) {
    List<PodView> displaced =
        state.nominations().on(node).stream()
            .filter(other -> other.priority() < pod.priority() && !isForeign(other))
            .toList();
    for (PodView other : displaced) {
      state.nominations().remove(other.key());
      queue.wake(other.key(), clock.instant());
    }
    return displaced;
  }

  private void assume(PodView pod, Decision.Place place, Profile profile) {
    List<Reservation> reserved = reserve(pod, place.node(), profile);
    PodView placed = pod.on(place.node());
    String nominated = state.nominations().nodeOf(pod.key());
    happened(state.place(placed), placed);
    if (!nominated.isEmpty() && !nominated.equals(place.node())) {
      // The room that was made there is free for others.
      happened(Set.of(ClusterEvent.ASSIGNED_POD_GONE));
    }
    assumed.put(pod.key(), pod.uid());
    reported.remove(pod.key());
    bindings.begin(pod, place.node(), profile, reserved);
  }

  private List<Reservation> reserve(PodView pod, String node, Profile profile) {
    List<Reservation> reserved = new ArrayList<>();
    for (ReservePlugin plugin : profile.reserves()) {
      state
          .snapshot()
          .node(node)
          .flatMap(view -> plugin.reserve(pod, view, state.snapshot()))
          .ifPresent(reserved::add);
    }
    return reserved;
  }

  /** Says it once for as long as the sentence stays the same. */
  private void report(PodView pod, String reason, String message) {
    if (!message.equals(reported.put(pod.key(), message))) {
      bindings.report(() -> writer.reportPending(pod, reason, message));
    }
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
