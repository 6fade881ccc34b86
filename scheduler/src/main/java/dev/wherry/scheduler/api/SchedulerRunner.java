package dev.wherry.scheduler.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.policy.v1.PodDisruptionBudget;
import dev.wherry.model.selector.Labels;
import dev.wherry.scheduler.Scheduler;
import dev.wherry.scheduler.config.ProfileFactory;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.decision.Profile;
import dev.wherry.scheduler.extender.ClusterObjects;
import dev.wherry.scheduler.extender.ExtenderBinder;
import dev.wherry.scheduler.extender.HttpExtender;
import dev.wherry.scheduler.framework.BindPlugin;
import dev.wherry.scheduler.framework.DeviceExpressions;
import dev.wherry.scheduler.framework.PluginPorts;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** A scheduler over an API server: informers feed it, one writer speaks for it. */
public final class SchedulerRunner implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SchedulerRunner.class.getName());
  private static final Duration SYNC_LOOK = Duration.ofSeconds(30);
  private static final Duration EXPLAIN_MAX = Duration.ofSeconds(10);

  private final Informers informers;
  private final EventRecorder events;
  private final Scheduler scheduler;
  private final List<HttpExtender> extenders;
  private final Map<String, Profile> profiles;
  private final long seed;
  private final Thread waiting;

  private SchedulerRunner(
      Informers informers,
      EventRecorder events,
      Scheduler scheduler,
      List<HttpExtender> extenders,
      Map<String, Profile> profiles,
      long seed,
      Thread waiting) {
    this.informers = informers;
    this.events = events;
    this.scheduler = scheduler;
    this.extenders = extenders;
    this.profiles = profiles;
    this.seed = seed;
    this.waiting = waiting;
  }

  /**
   * @param client under the identity system:kube-scheduler
   * @param seed of the draw among equally good nodes
   */
  public static SchedulerRunner start(
      ApiClient client, SchedulerConfig config, Timer timer, long seed) {
    return start(client, config, DeviceExpressions.NONE, timer, seed);
  }

  /**
   * The same for clusters with devices.
   *
   * @param expressions understands device selectors
   */
  public static SchedulerRunner start(
      ApiClient client,
      SchedulerConfig config,
      DeviceExpressions expressions,
      Timer timer,
      long seed) {
    EventRecorder events = EventRecorder.start(client, "default-scheduler", "", timer);
    ApiClusterWriter writer = new ApiClusterWriter(client, events, timer);
    Informers informers = new Informers(client, timer);
    Function<PodView, Labels> selectors =
        config.profiles().stream().anyMatch(p -> p.neighbours().spreadsByDefault())
            ? OwnerSelectors.over(informers)
            : pod -> Labels.EVERYTHING;
    PluginPorts ports =
        new PluginPorts(
            new ApiClaimWriter(client, informers, timer), new ApiDeviceWriter(client), expressions);
    List<HttpExtender> extenders = extenders(config, informers);
    BindPlugin binder =
        extenders.isEmpty() ? writer : new ExtenderBinder(writer, List.copyOf(extenders));
    List<Profile> profiles =
        config.profiles().stream()
            .map(p -> ProfileFactory.create(p, binder, ports, selectors, List.copyOf(extenders)))
            .toList();
    Scheduler scheduler = new Scheduler(config, profiles, writer, timer, seed);
    informers.of(Node.KIND).onChange(change -> node(scheduler, change));
    informers.of(Namespace.KIND).onChange(change -> namespace(scheduler, change));
    informers.of(PodDisruptionBudget.KIND).onChange(change -> budget(scheduler, change));
    StorageFeed.follow(informers, scheduler);
    DeviceFeed.follow(informers, scheduler);
    informers.of(Pod.KIND).onChange(change -> pod(scheduler, change));
    scheduler.start();
    informers.start();
    Thread waiting =
        Thread.ofVirtual()
            .name("scheduler-sync")
            .start(() -> readyWhenSynced(informers, scheduler));
    return new SchedulerRunner(
        informers, events, scheduler, extenders, byName(profiles), seed, waiting);
  }

  private static Map<String, Profile> byName(List<Profile> profiles) {
    Map<String, Profile> byName = new LinkedHashMap<>();
    profiles.forEach(profile -> byName.put(profile.schedulerName(), profile));
    return byName;
  }

  private static List<HttpExtender> extenders(SchedulerConfig config, Informers informers) {
    if (config.extenders().isEmpty()) {
      return List.of();
    }
    Informer<Pod> pods = informers.of(Pod.KIND);
    Informer<Node> nodes = informers.of(Node.KIND);
    ClusterObjects objects =
        new ClusterObjects() {
          @Override
          public Optional<ObjectNode> pod(PodKey key) {
            return pods.get(key.namespace(), key.name()).map(Pod.KIND::toJson);
          }

          @Override
          public Optional<ObjectNode> node(String name) {
            return nodes.get("", name).map(Node.KIND::toJson);
          }
        };
    return config.extenders().stream().map(one -> new HttpExtender(one, objects)).toList();
  }

  /**
   * Why a pod is where it is or nowhere, as {@link PodWhy} shows it.
   *
   * @throws CompletionException when the loop does not answer in time
   */
  public ObjectNode explain(ObjectNode pod) {
    Pod read = Pod.KIND.decode(pod);
    return PodWhy.of(read, scheduler.explain(PodReader.read(read), EXPLAIN_MAX).join());
  }

  /**
   * Whether pods that are not there yet would find room, as {@link StackFits} shows it.
   *
   * @throws CompletionException when the loop does not answer in time
   */
  public ObjectNode fit(ObjectNode question) {
    return StackFits.answer(question, scheduler.copy(EXPLAIN_MAX).join(), profiles, seed);
  }

  private static void readyWhenSynced(Informers informers, Scheduler scheduler) {
    try {
      while (!informers.awaitSynced(SYNC_LOOK)) {
        LOG.log(System.Logger.Level.INFO, "scheduler=waiting for=lists");
      }
      scheduler.ready();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void node(Scheduler scheduler, Change<Node> change) {
    switch (change) {
      case Change.Removed<Node>(Node last) -> scheduler.nodeGone(last.metadata().name());
      default -> scheduler.nodeSeen(NodeReader.read(change.latest()));
    }
  }

  private static void namespace(Scheduler scheduler, Change<Namespace> change) {
    String name = change.latest().metadata().name();
    switch (change) {
      case Change.Removed<Namespace> _ -> scheduler.namespaceGone(name);
      default -> scheduler.namespaceSeen(name, change.latest().metadata().labels());
    }
  }

  private static void budget(Scheduler scheduler, Change<PodDisruptionBudget> change) {
    ObjectMeta meta = change.latest().metadata();
    switch (change) {
      case Change.Removed<PodDisruptionBudget> _ ->
          scheduler.budgetGone(meta.namespace(), meta.name());
      default -> scheduler.budgetSeen(NeighbourReader.budget(change.latest()));
    }
  }

  private static void pod(Scheduler scheduler, Change<Pod> change) {
    switch (change) {
      case Change.Removed<Pod>(Pod last) ->
          scheduler.podGone(new PodKey(last.metadata().namespace(), last.metadata().name()));
      default -> scheduler.podSeen(PodReader.read(change.latest()));
    }
  }

  @Override
  public void close() {
    waiting.interrupt();
    informers.close();
    scheduler.close();
    extenders.forEach(HttpExtender::close);
    events.close();
  }
}
