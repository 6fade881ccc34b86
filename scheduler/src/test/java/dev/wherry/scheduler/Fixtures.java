package dev.wherry.scheduler;

import dev.wherry.model.device.PodDeviceClaim;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.volume.PodClaim;
import dev.wherry.scheduler.view.AffinityTerm;
import dev.wherry.scheduler.view.HostPort;
import dev.wherry.scheduler.view.NodeTerms;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodAffinities;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Resources;
import dev.wherry.scheduler.view.SpreadConstraint;
import dev.wherry.scheduler.view.Taint;
import dev.wherry.scheduler.view.Toleration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Fluent pods and nodes for tests. */
public final class Fixtures {
  public static final long MIB = 1 << 20;

  private Fixtures() {}

  public static Resources resources(long milliCpu, long mebibytes) {
    return new Resources(milliCpu, mebibytes * MIB, 0, Collections.emptySortedMap());
  }

  public static PodBuilder pod(String name) {
    return new PodBuilder(name);
  }

  public static NodeBuilder node(String name) {
    return new NodeBuilder(name);
  }

  /** Builds a {@link PodView}. */
  public static final class PodBuilder {
    private final String name;
    private Resources requests = Resources.NONE;
    private List<HostPort> ports = List.of();
    private String node = "";
    private NodeTerms terms = NodeTerms.ANY;
    private List<Toleration> tolerations = List.of();
    private int priority;
    private List<String> gates = List.of();
    private Instant created = Instant.EPOCH;
    private String namespace = "default";
    private final Map<String, String> labels = new TreeMap<>();
    private final List<AffinityTerm> near = new ArrayList<>();
    private final List<AffinityTerm> far = new ArrayList<>();
    private final List<PodAffinities.Weighted> likes = new ArrayList<>();
    private final List<PodAffinities.Weighted> dislikes = new ArrayList<>();
    private final List<SpreadConstraint> spread = new ArrayList<>();
    private List<String> images = List.of();
    private final List<PodClaim> claims = new ArrayList<>();
    private final List<PodDeviceClaim> deviceClaims = new ArrayList<>();
    private boolean deleting;
    private boolean mayPreempt = true;
    private boolean preempted;
    private String nominated = "";
    private String scheduler = "default-scheduler";
    private Instant started = Instant.MAX;

    PodBuilder(String name) {
      this.name = name;
    }

    public PodBuilder asks(long milliCpu, long mebibytes) {
      requests = resources(milliCpu, mebibytes);
      return this;
    }

    public PodBuilder asksExtended(String resource, long amount) {
      requests = new Resources(0, 0, 0, new TreeMap<>(Map.of(resource, amount)));
      return this;
    }

    /** The same with one extended resource. */
    public PodBuilder asks(long milliCpu, long mebibytes, String resource, long amount) {
      SortedMap<String, Long> extended = new TreeMap<>(Map.of(resource, amount));
      requests = new Resources(milliCpu, mebibytes * MIB, 0, extended);
      return this;
    }

    public PodBuilder hostPort(int port) {
      ports = List.of(new HostPort("TCP", "", port));
      return this;
    }

    public PodBuilder on(String nodeName) {
      node = nodeName;
      return this;
    }

    public PodBuilder terms(NodeTerms nodeTerms) {
      terms = nodeTerms;
      return this;
    }

    public PodBuilder selector(String key, String value) {
      terms = new NodeTerms(Map.of(key, value), false, List.of(), List.of());
      return this;
    }

    public PodBuilder tolerates(String key) {
      tolerations = List.of(new Toleration(key, "Exists", "", ""));
      return this;
    }

    public PodBuilder priority(int value) {
      priority = value;
      return this;
    }

    public PodBuilder gate(String gate) {
      gates = List.of(gate);
      return this;
    }

    public PodBuilder created(long second) {
      created = Instant.ofEpochSecond(second);
      return this;
    }

    public PodBuilder in(String space) {
      namespace = space;
      return this;
    }

    public PodBuilder label(String key, String value) {
      labels.put(key, value);
      return this;
    }

    /** Required affinity to pods of its namespace with this label. */
    public PodBuilder near(String topologyKey, String key, String value) {
      near.add(term(topologyKey, key, value));
      return this;
    }

    public PodBuilder near(AffinityTerm term) {
      near.add(term);
      return this;
    }

    /** Required anti-affinity to pods of its namespace with this label. */
    public PodBuilder far(String topologyKey, String key, String value) {
      far.add(term(topologyKey, key, value));
      return this;
    }

    public PodBuilder far(AffinityTerm term) {
      far.add(term);
      return this;
    }

    public PodBuilder likes(int weight, String topologyKey, String key, String value) {
      likes.add(new PodAffinities.Weighted(weight, term(topologyKey, key, value)));
      return this;
    }

    public PodBuilder dislikes(int weight, String topologyKey, String key, String value) {
      dislikes.add(new PodAffinities.Weighted(weight, term(topologyKey, key, value)));
      return this;
    }

    private AffinityTerm term(String topologyKey, String key, String value) {
      return AffinityTerm.in(namespace, Labels.ofMap(Map.of(key, value)), topologyKey);
    }

    public PodBuilder spread(SpreadConstraint constraint) {
      spread.add(constraint);
      return this;
    }

    public PodBuilder image(String image) {
      images = List.of(image);
      return this;
    }

    public PodBuilder deleting() {
      deleting = true;
      return this;
    }

    public PodBuilder preempted() {
      preempted = true;
      return deleting();
    }

    public PodBuilder neverPreempts() {
      mayPreempt = false;
      return this;
    }

    public PodBuilder scheduler(String schedulerName) {
      scheduler = schedulerName;
      return this;
    }

    public PodBuilder nominated(String nodeName) {
      nominated = nodeName;
      return this;
    }

    public PodBuilder started(long second) {
      started = Instant.ofEpochSecond(second);
      return this;
    }

    public PodBuilder claim(String name) {
      claims.add(new PodClaim("volume-" + name, name, false));
      return this;
    }

    /** Devices by a ResourceClaim of this name. */
    public PodBuilder devices(String claim) {
      deviceClaims.add(
          new PodDeviceClaim("devices-" + claim, claim, "", PodDeviceClaim.State.NAMED));
      return this;
    }

    /** Devices by a claim that is made for the pod from a template. */
    public PodBuilder devices(PodDeviceClaim claim) {
      deviceClaims.add(claim);
      return this;
    }

    public PodView build() {
      return new PodView(
          new PodKey(namespace, name),
          "uid-" + name,
          1,
          labels,
          requests,
          requests,
          ports,
          node,
          terms,
          tolerations,
          priority,
          scheduler,
          gates,
          created,
          false,
          deleting,
          new PodAffinities(near, far, likes, dislikes),
          spread,
          new PodView.Standing(mayPreempt, nominated, started, preempted),
          images,
          claims,
          deviceClaims);
    }
  }

  /** {@code DoNotSchedule} over pods with this label. */
  public static SpreadConstraint evenly(int skewMax, String topologyKey, String key, String value) {
    return new SpreadConstraint(
        skewMax, topologyKey, true, Labels.ofMap(Map.of(key, value)), 1, true, false);
  }

  /** {@code ScheduleAnyway} over pods with this label. */
  public static SpreadConstraint softly(int skewMax, String topologyKey, String key, String value) {
    return new SpreadConstraint(
        skewMax, topologyKey, false, Labels.ofMap(Map.of(key, value)), 1, true, false);
  }

  /** Builds a {@link NodeView} of 4 processors, 8 GiB and 110 pods. */
  public static final class NodeBuilder {
    private final String name;
    private final Map<String, String> labels = new TreeMap<>();
    private Map<String, Long> images = Map.of();
    private List<Taint> taints = List.of();
    private boolean unschedulable;
    private Resources allocatable = resources(4_000, 8_192);
    private long pods = 110;

    NodeBuilder(String name) {
      this.name = name;
    }

    public NodeBuilder has(long milliCpu, long mebibytes) {
      allocatable = resources(milliCpu, mebibytes);
      return this;
    }

    /** The same with one extended resource. */
    public NodeBuilder has(long milliCpu, long mebibytes, String resource, long amount) {
      SortedMap<String, Long> extended = new TreeMap<>(Map.of(resource, amount));
      allocatable = new Resources(milliCpu, mebibytes * MIB, 0, extended);
      return this;
    }

    public NodeBuilder label(String key, String value) {
      labels.put(key, value);
      return this;
    }

    public NodeBuilder taint(String key, String effect) {
      taints = List.of(new Taint(key, "", effect));
      return this;
    }

    public NodeBuilder image(String image, long mebibytes) {
      images = Map.of(image, mebibytes * MIB);
      return this;
    }

    public NodeBuilder cordoned() {
      unschedulable = true;
      return this;
    }

    public NodeBuilder podsMax(long max) {
      pods = max;
      return this;
    }

    public NodeView build() {
      return NodeView.empty(name, labels, taints, unschedulable, allocatable, pods, images);
    }
  }
}
