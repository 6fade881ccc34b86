package dev.wherry.kubelet.placement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.json.Json;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Whose memory is promised on which nodes (rule: upstream's memory manager, policy Static). What is
 * held is on disk before anybody is told. Safe for many threads.
 */
public final class MemoryBook implements ResourceBook {
  /** Of what it writes. */
  public static final int VERSION = 1;

  private static final System.Logger LOG = System.getLogger(MemoryBook.class.getName());

  private final MemorySettings settings;
  private final StateFile file;
  private final Map<Integer, Long> allocatable = new TreeMap<>();
  private final List<Grant> grants = new ArrayList<>();

  private record Grant(String uid, String container, boolean passing, NumaNodes nodes, long bytes) {
    MemoryTable.Promise promise() {
      return new MemoryTable.Promise(nodes, bytes);
    }
  }

  /**
   * @param memory of each node, in bytes
   */
  public MemoryBook(Map<Integer, Long> memory, MemorySettings settings, StateFile file) {
    this.settings = settings;
    this.file = file;
    memory.forEach((node, bytes) ->
        allocatable.put(node, Math.max(0, bytes - settings.reserved().getOrDefault(node, 0L))));
    file.read().ifPresent(this::restore);
  }

  /** What does not fit this machine or these settings any more is promised no longer. */
  private void restore(JsonNode state) {
    for (JsonNode one : state) {
      Grant grant =
          new Grant(
              one.path("pod").asText(),
              one.path("container").asText(),
              one.path("passing").asBoolean(),
              new NumaNodes(one.path("nodes").asLong()),
              one.path("bytes").asLong());
      grants.add(grant);
      if (!settings.exclusive() || !MemoryTable.holds(allocatable, promises())) {
        grants.removeLast();
        LOG.log(Level.WARNING, "memory is promised no longer pod={0}", grant.uid());
      }
    }
  }

  private void save() {
    ArrayNode state = Json.array();
    for (Grant grant : grants) {
      state
          .addObject()
          .put("pod", grant.uid())
          .put("container", grant.container())
          .put("passing", grant.passing())
          .put("nodes", grant.nodes().bits())
          .put("bytes", grant.bytes());
    }
    file.write(state);
  }

  /** Whether containers are bound to memory nodes at all. */
  public boolean exclusive() {
    return settings.exclusive();
  }

  private List<MemoryTable.Promise> promises() {
    return grants.stream().map(Grant::promise).toList();
  }

  private MemoryTable table() {
    return new MemoryTable(allocatable, promises());
  }

  /** The nodes a container's memory comes from; empty where it is not bound. */
  public synchronized Optional<NumaNodes> nodes(String uid, String container) {
    return grants.stream()
        .filter(g -> g.uid().equals(uid) && g.container().equals(container))
        .map(Grant::nodes)
        .findFirst();
  }

  @Override
  public synchronized Map<String, List<NumaHint>> hints(PodView pod, PodView.Named named) {
    long bytes = settings.wanted(pod, named);
    if (bytes == 0) {
      return Map.of();
    }
    List<NumaHint> hints =
        nodes(pod.uid(), named.name())
            .map(own -> List.of(new NumaHint(own, true)))
            .orElseGet(() -> table().hints(bytes, reusable(pod.uid())));
    return Map.of(MemorySettings.MEMORY, hints);
  }

  @Override
  public synchronized Map<String, List<NumaHint>> hints(PodView pod) {
    long bytes = settings.wanted(pod);
    if (bytes == 0) {
      return Map.of();
    }
    List<NumaHint> own =
        grants.stream()
            .filter(grant -> grant.uid().equals(pod.uid()))
            .map(grant -> new NumaHint(grant.nodes(), true))
            .distinct()
            .toList();
    return Map.of(MemorySettings.MEMORY, own.isEmpty() ? table().hints(bytes, Map.of()) : own);
  }

  @Override
  public synchronized void give(PodView pod, PodView.Named named, NumaNodes nodes)
      throws PlacementException {
    long bytes = settings.wanted(pod, named);
    if (bytes == 0 || nodes(pod.uid(), named.name()).isPresent()) {
      return;
    }
    Map<NumaNodes, Long> reusable = reusable(pod.uid());
    NumaNodes from =
        table()
            .best(bytes, reusable, nodes)
            .orElseThrow(() ->
                PlacementException.unexpected(
                    "[memorymanager] failed to get the default NUMA affinity, no NUMA nodes with"
                        + " enough memory is available"));
    reuse(pod.uid(), from, Math.min(bytes, reusable.getOrDefault(from, 0L)));
    boolean passing = named.role() == PodView.Role.INIT;
    grants.add(new Grant(pod.uid(), named.name(), passing, from, bytes));
    save();
  }

  /** What the pod's init containers hold, by nodes: those after them may have it. */
  private Map<NumaNodes, Long> reusable(String uid) {
    Map<NumaNodes, Long> reusable = new HashMap<>();
    for (Grant grant : grants) {
      if (grant.uid().equals(uid) && grant.passing()) {
        reusable.merge(grant.nodes(), grant.bytes(), Long::sum);
      }
    }
    return reusable;
  }

  /** Takes bytes from init containers, which have ended when others need them. */
  private void reuse(String uid, NumaNodes nodes, long bytes) {
    long left = bytes;
    for (int i = 0; i < grants.size(); i++) {
      Grant grant = grants.get(i);
      if (grant.uid().equals(uid) && grant.passing() && grant.nodes().equals(nodes)) {
        long taken = Math.min(left, grant.bytes());
        left -= taken;
        grants.set(i, new Grant(uid, grant.container(), true, nodes, grant.bytes() - taken));
      }
    }
  }

  @Override
  public void release(String uid) {
    drop(grant -> grant.uid().equals(uid));
  }

  @Override
  public void keepOnly(Set<String> uids) {
    drop(grant -> !uids.contains(grant.uid()));
  }

  private synchronized void drop(Predicate<Grant> which) {
    if (grants.removeIf(which)) {
      save();
    }
  }
}
