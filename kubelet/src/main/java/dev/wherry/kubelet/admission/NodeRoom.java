package dev.wherry.kubelet.admission;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the pods of this node hold of it, and whether one more or a grown one fits (rule: upstream's
 * kubelet admission: resources and host ports, first come, first served). Safe for many threads;
 * bounded by the node's pods.
 */
public final class NodeRoom {
  private static final List<String> FIRST = List.of(Demand.PODS, Demand.CPU, "memory");

  private final Supplier<Map<String, Quantity>> allocatable;
  private final CountDownLatch open = new CountDownLatch(1);
  private final Map<String, MakingRoom.Holder> held = new HashMap<>();
  private final Map<String, Runnable> waiting = new HashMap<>();

  /**
   * @param allocatable what pods can get of this node
   */
  public NodeRoom(Supplier<Map<String, Quantity>> allocatable) {
    this.allocatable = allocatable;
  }

  /** Lets new pods in: those that were here before have told what they hold. */
  public void open() {
    open.countDown();
  }

  /** Waits until it is known what earlier pods hold. */
  public void awaitOpen() throws InterruptedException {
    open.await();
  }

  /** Counts a pod that runs here already, whatever it takes. */
  public synchronized void keep(PodView pod) {
    held.put(pod.uid(), new MakingRoom.Holder(pod, Demand.of(pod)));
  }

  /** Counts a new pod if it fits; else says what is missing. */
  public synchronized Optional<Rejection> admit(PodView pod) {
    Demand demand = Demand.of(pod);
    Map<String, Quantity> has = allocatable.get();
    for (String resource : resources(demand, has)) {
      long capacity = Demand.amount(resource, has.getOrDefault(resource, Quantity.ZERO));
      long used = used(pod.uid(), resource);
      if (demand.amount(resource) > capacity - used) {
        return Optional.of(
            new Rejection(
                "OutOf" + resource, lack(resource, demand.amount(resource), used, capacity)));
      }
    }
    if (portsTaken(pod.uid(), demand)) {
      return Optional.of(
          new Rejection(
              "NodePorts",
              "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod"
                  + " ports"));
    }
    held.put(pod.uid(), new MakingRoom.Holder(pod, demand));
    return Optional.empty();
  }

  /** Who must go so that a critical pod gets what it asks for; none where that does not help. */
  public synchronized List<PodView> inTheWayOf(PodView pod) {
    Demand demand = Demand.of(pod);
    if (portsTaken(pod.uid(), demand)) {
      return List.of();
    }
    Map<String, Quantity> has = allocatable.get();
    Map<String, Long> missing = new HashMap<>();
    for (String resource : resources(demand, has)) {
      long capacity = Demand.amount(resource, has.getOrDefault(resource, Quantity.ZERO));
      long lack = demand.amount(resource) - (capacity - used(pod.uid(), resource));
      if (lack > 0) {
        missing.put(resource, lack);
      }
    }
    return MakingRoom.choose(pod, held.values(), missing).orElse(List.of());
  }

  /** Counts a new pod as soon as others have left room for it, or says what is missing then. */
  public Optional<Rejection> awaitAdmitted(PodView pod, Duration atMost)
      throws InterruptedException {
    Optional<Rejection> refused;
    CountDownLatch left;
    do {
      left = new CountDownLatch(1);
      synchronized (this) {
        waiting.put(pod.uid(), left::countDown);
        refused = admit(pod);
      }
    } while (refused.isPresent() && left.await(atMost.toMillis(), TimeUnit.MILLISECONDS));
    synchronized (this) {
      waiting.remove(pod.uid());
    }
    return refused;
  }

  /**
   * Gives a pod what it now asks for, or says why not: {@link Rejection#INFEASIBLE} for ever, or
   * {@link Rejection#DEFERRED} until others leave; then {@code wake} is run once when they do.
   */
  public Optional<Rejection> resize(PodView pod, Runnable wake) {
    List<Runnable> awake;
    synchronized (this) {
      Demand demand = Demand.of(pod);
      Optional<Rejection> refused = refuse(pod.uid(), demand);
      if (refused.isPresent()) {
        if (refused.get().reason().equals(Rejection.DEFERRED)) {
          waiting.put(pod.uid(), wake);
        }
        return refused;
      }
      waiting.remove(pod.uid());
      held.put(pod.uid(), new MakingRoom.Holder(pod, demand));
      awake = awaken();
    }
    awake.forEach(Runnable::run);
    return Optional.empty();
  }

  /** A pod that is over holds nothing; those that wait for room are told. */
  public void release(String uid) {
    List<Runnable> awake;
    synchronized (this) {
      waiting.remove(uid);
      if (held.remove(uid) == null) {
        return;
      }
      awake = awaken();
    }
    awake.forEach(Runnable::run);
  }

  private List<Runnable> awaken() {
    List<Runnable> all = new ArrayList<>(waiting.values());
    waiting.clear();
    return all;
  }

  private Optional<Rejection> refuse(String uid, Demand demand) {
    Map<String, Quantity> has = allocatable.get();
    Optional<Rejection> deferred = Optional.empty();
    for (String resource : resources(demand, has)) {
      long capacity = Demand.amount(resource, has.getOrDefault(resource, Quantity.ZERO));
      long asked = demand.amount(resource);
      if (asked > capacity) {
        return Optional.of(
            new Rejection(
                Rejection.INFEASIBLE,
                "Node didn't have enough capacity: %s, requested: %d, capacity: %d"
                    .formatted(resource, asked, capacity)));
      }
      long used = used(uid, resource);
      if (asked > capacity - used && deferred.isEmpty()) {
        deferred =
            Optional.of(new Rejection(Rejection.DEFERRED, lack(resource, asked, used, capacity)));
      }
    }
    return deferred;
  }

  private static String lack(String resource, long asked, long used, long capacity) {
    return "Node didn't have enough resource: %s, requested: %d, used: %d, capacity: %d"
        .formatted(resource, asked, used, capacity);
  }

  /** Resources that this node does not know are the cluster's business. */
  private static List<String> resources(Demand demand, Map<String, Quantity> has) {
    List<String> all = new ArrayList<>(FIRST);
    for (String name : new TreeSet<>(demand.amounts().keySet())) {
      if (!FIRST.contains(name) && has.containsKey(name)) {
        all.add(name);
      }
    }
    all.removeIf(name -> demand.amount(name) == 0);
    return all;
  }

  private long used(String except, String resource) {
    long used = 0;
    for (Map.Entry<String, MakingRoom.Holder> other : held.entrySet()) {
      used += other.getKey().equals(except) ? 0 : other.getValue().demand().amount(resource);
    }
    return used;
  }

  private boolean portsTaken(String uid, Demand demand) {
    return held.entrySet().stream()
        .anyMatch(
            other -> !other.getKey().equals(uid) && other.getValue().demand().collides(demand));
  }
}
