package dev.wherry.controllers.sim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.Batches;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.event.SilentEvents;
import dev.wherry.machinery.informer.FedInformers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Applier;
import dev.wherry.machinery.queue.NamedQueues;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** One simulated cluster: everything that happens follows from the seed. */
public final class World {
  private static final int SETTLE_ROUNDS_MAX = 3_000;

  /** So long must nothing be written before the cluster counts as settled. */
  private static final Duration QUIET = Duration.ofMinutes(11);

  private final long seed;
  private final Scenario scenario;
  private final Random random;
  private final FakeTimer timer = new FakeTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final FaultyClient client;
  private final Kubelets kubelets;
  private final Map<String, Deque<Runnable>> pending = new HashMap<>();
  private final Map<Kind<?>, Map<ObjectKey, KubeObject>> truth = new LinkedHashMap<>();
  private boolean changed = true;
  private FedInformers fed = new FedInformers();
  private EventRecorder events;
  private List<Controller> controllers = List.of();

  private World(long seed, Scenario scenario) {
    this.seed = seed;
    this.scenario = scenario;
    this.random = new Random(seed);
    this.client = new FaultyClient(api, random);
    this.kubelets = new Kubelets(this, scenario.podLife());
    this.events = SilentEvents.recorder(client, timer);
    api.onStored(this::stored);
    api.editCreates(Pod.KIND, World::pending);
  }

  /** As the server stores a new pod. */
  private static ObjectNode pending(ObjectNode pod) {
    pod.withObject("/status").put("phase", "Pending");
    return pod;
  }

  /**
   * Runs a seed to its end.
   *
   * @return every write of the controllers, in order
   */
  public static List<String> run(long seed, int steps, Scenario scenario) {
    World world = new World(seed, scenario);
    try {
      world.run(steps);
      return world.client.log();
    } catch (AssertionError | RuntimeException | InterruptedException e) {
      List<String> log = world.client.log();
      throw new AssertionError(
          "seed "
              + seed
              + " after "
              + log.size()
              + " writes: "
              + e
              + "\nlast writes: "
              + String.join("\n  ", log.subList(Math.max(0, log.size() - 30), log.size())),
          e);
    }
  }

  public Random random() {
    return random;
  }

  public FakeTimer timer() {
    return timer;
  }

  /** The API without faults, for users and checks. */
  public FakeApiClient api() {
    return api;
  }

  public long seed() {
    return seed;
  }

  private void run(int steps) throws InterruptedException {
    scenario.begin(this);
    restart();
    for (int i = 0; i < steps; i++) {
      try {
        step();
      } catch (Crash crash) {
        restart();
      }
      SilentEvents.discard(events);
      if (changed) {
        changed = false;
        scenario.check(this);
      }
    }
    client.endFaults();
    settle();
    scenario.check(this);
    scenario.settled(this);
  }

  private void step() throws InterruptedException {
    int what = random.nextInt(100);
    if (what < 35) {
      deliverOne();
    } else if (what < 65) {
      controllers.get(random.nextInt(controllers.size())).step();
    } else if (what < 85) {
      kubelets.act(random, timer.instant());
    } else if (what < 90) {
      scenario.user(this);
    } else if (what < 96) {
      timer.advance(Duration.ofMillis(random.nextInt(5_000)));
    } else if (what < 98) {
      collectGarbage();
    } else if (what < 99) {
      List<Kind<?>> kinds = fed.kinds();
      relist(kinds.get(random.nextInt(kinds.size())));
    } else {
      restart();
    }
  }

  /** The process ended; another one begins with what the server has. */
  private void restart() {
    controllers.forEach(Controller::close);
    pending.clear();
    fed = new FedInformers();
    events = SilentEvents.recorder(client, timer);
    Parts parts =
        new Parts(
            client,
            fed.informers(),
            events,
            new Applier(client, events),
            timer,
            Batches.sequential(),
            new NamedQueues());
    controllers = scenario.controllers(parts);
    fed.kinds().forEach(this::relist);
  }

  private <T extends KubeObject> void relist(Kind<T> kind) {
    pending.remove(kind.info().resource());
    fed.replace(kind, truth(kind));
  }

  /** All objects of a kind as they truly are. */
  @SuppressWarnings("unchecked") // Filed under its own kind.
  public <T extends KubeObject> List<T> truth(Kind<T> kind) {
    Map<ObjectKey, KubeObject> known =
        truth.computeIfAbsent(
            kind,
            k -> {
              Map<ObjectKey, KubeObject> all = new TreeMap<>();
              api.stored(kind).forEach(object -> all.put(ObjectKey.of(object), object));
              return all;
            });
    return (List<T>) List.copyOf(known.values());
  }

  private void remember(FakeApiClient.Stored change) {
    changed = true;
    truth.forEach((kind, known) -> {
      if (kind.info().resource().equals(change.kind().resource())) {
        if (change.after() != null) {
          KubeObject now = kind.decode(change.after());
          known.put(ObjectKey.of(now), now);
        } else if (change.before() != null) {
          known.remove(ObjectKey.of(kind.decode(change.before())));
        }
      }
    });
  }

  private void stored(FakeApiClient.Stored change) {
    remember(change);
    for (Kind<?> kind : fed.kinds()) {
      if (kind.info().resource().equals(change.kind().resource())) {
        enqueue(kind, change);
      }
    }
  }

  private <T extends KubeObject> void enqueue(Kind<T> kind, FakeApiClient.Stored change) {
    Deque<Runnable> queue =
        pending.computeIfAbsent(kind.info().resource(), k -> new ArrayDeque<>());
    FedInformers to = fed;
    if (change.after() != null) {
      T now = kind.decode(change.after());
      queue.add(() -> to.put(kind, now));
    } else if (change.before() != null) {
      T last = kind.decode(change.before());
      queue.add(() -> to.remove(kind, last));
    }
  }

  private void deliverOne() {
    List<Deque<Runnable>> full =
        fed.kinds().stream()
            .flatMap(k -> Optional.ofNullable(pending.get(k.info().resource())).stream())
            .filter(q -> !q.isEmpty())
            .toList();
    if (!full.isEmpty()) {
      full.get(random.nextInt(full.size())).remove().run();
    }
  }

  private boolean deliverAll() {
    boolean any = false;
    for (Deque<Runnable> queue : List.copyOf(pending.values())) {
      while (!queue.isEmpty()) {
        queue.remove().run();
        any = true;
      }
    }
    return any;
  }

  /** Objects whose owners are all gone go too, as the garbage collector sees to. */
  private boolean collectGarbage() {
    Set<String> uids = new HashSet<>();
    fed.kinds().forEach(k -> truth(k).forEach(o -> uids.add(o.metadata().uid())));
    boolean any = false;
    for (Kind<?> kind : fed.kinds()) {
      for (KubeObject object : truth(kind)) {
        List<OwnerReference> owners = object.metadata().ownerReferences();
        if (!owners.isEmpty()
            && object.metadata().deletionTimestamp() == null
            && owners.stream().noneMatch(o -> uids.contains(o.uid()))) {
          api.delete(
              kind,
              object.metadata().namespace(),
              object.metadata().name(),
              DeleteOptions.ofUid(object.metadata().uid()));
          any = true;
        }
      }
    }
    return any;
  }

  /** Longer and longer: back-off and deadlines pass. */
  private static Duration pause(int round) {
    return Duration.ofSeconds(1L + round);
  }

  private void settle() throws InterruptedException {
    Duration quiet = Duration.ZERO;
    for (int round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      int writes = client.log().size();
      boolean moved = true;
      while (moved) {
        moved = deliverAll();
        for (Controller controller : controllers) {
          moved |= controller.step();
        }
        SilentEvents.discard(events);
        if (client.log().size() > writes + 10_000) {
          throw new AssertionError("the controllers write without end");
        }
      }
      boolean outside = kubelets.settle(random, timer.instant()) | collectGarbage();
      quiet = outside || client.log().size() > writes ? Duration.ZERO : quiet.plus(pause(round));
      if (quiet.compareTo(QUIET) > 0) {
        return;
      }
      timer.advance(pause(round));
    }
    throw new AssertionError("the cluster does not settle");
  }

  /** Changes an object as a user would, over the version there is. */
  public <T extends KubeObject> void edit(Kind<T> kind, String name, UnaryOperator<T> change) {
    try {
      api.update(kind, change.apply(api.get(kind, "default", name)));
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  /** The objects that this uid controls. */
  public <T extends KubeObject> List<T> owned(Kind<T> kind, String uid) {
    List<T> own = new ArrayList<>();
    for (T object : truth(kind)) {
      if (object.metadata().ownerReferences().stream().anyMatch(o -> o.uid().equals(uid))) {
        own.add(object);
      }
    }
    return own;
  }
}
