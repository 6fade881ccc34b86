package dev.wherry.kubelet.placement;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.json.Json;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who has CPUs alone; everybody else shares the others (rule: upstream's static policy). What is
 * held is on disk before anybody is told. Safe for many threads.
 */
public final class CpuBook implements ResourceBook {
  /** Of what it writes. */
  public static final int VERSION = 1;

  private static final System.Logger LOG = System.getLogger(CpuBook.class.getName());
  private static final String CPU = "cpu";
  private static final String SMT_ERROR = "SMTAlignmentError";

  private final Topology machine;
  private final CpuSettings settings;
  private final StateFile file;
  private final CpuSet reserved;
  private final List<Grant> grants = new ArrayList<>();
  private volatile Runnable changed = () -> {};

  private record Grant(String uid, String container, CpuSet cpus) {}

  /**
   * @throws IllegalArgumentException with a sentence, when so many CPUs cannot be reserved
   */
  public CpuBook(Topology machine, CpuSettings settings, StateFile file) {
    this.machine = machine;
    this.settings = settings;
    this.file = file;
    this.reserved = settings.exclusive() ? reserved(machine, settings) : CpuSet.EMPTY;
    if (!machine.all().covers(reserved)) {
      throw new IllegalArgumentException(
          "CPUs " + reserved + " are to be reserved and the machine has " + machine.all());
    }
    file.read().ifPresent(this::restore);
  }

  private static CpuSet reserved(Topology machine, CpuSettings settings) {
    return settings.reservedCpus().isEmpty()
        ? CpuChoice.take(machine, machine.all(), settings.reserved())
            .orElseThrow(
                () -> new IllegalArgumentException("unable to reserve the required amount of CPUs"))
        : settings.reservedCpus();
  }

  /** What does not fit this machine or these settings any more is shared again (decision 0381). */
  private void restore(JsonNode state) {
    CpuSet seen = reserved;
    for (JsonNode one : state) {
      CpuSet cpus = CpuSet.parse(one.path("cpus").asText());
      Grant grant = new Grant(one.path("pod").asText(), one.path("container").asText(), cpus);
      boolean ofSamePod = grants.stream().anyMatch(g -> g.uid().equals(grant.uid()));
      boolean fits = machine.all().covers(cpus) && (ofSamePod || cpus.and(seen).isEmpty());
      if (fits && cpus.and(reserved).isEmpty() && settings.exclusive()) {
        grants.add(grant);
        seen = seen.plus(cpus);
      } else {
        LOG.log(
            Level.WARNING, "CPUs are shared again pod={0} cpus={1}", grant.uid(), cpus.toString());
      }
    }
  }

  private void save() {
    ArrayNode state = Json.array();
    for (Grant grant : grants) {
      ObjectNode one = state.addObject();
      one.put("pod", grant.uid()).put("container", grant.container());
      one.put("cpus", grant.cpus().toString());
    }
    file.write(state);
  }

  /** Is told, by any thread, when those who share have other CPUs. */
  public void onChange(Runnable listener) {
    changed = listener;
  }

  /** Whether containers are bound to CPUs at all. */
  public boolean exclusive() {
    return settings.exclusive();
  }

  /** All that could be anybody's alone. */
  public CpuSet allocatable() {
    return machine.all().minus(reserved);
  }

  /** Where a container runs: on its own CPUs, or on those that are nobody's. */
  public synchronized CpuSet cpus(String uid, String container) {
    return own(uid, container).orElseGet(this::shared);
  }

  /** What a container has alone. */
  public synchronized Optional<CpuSet> own(String uid, String container) {
    return grants.stream()
        .filter(g -> g.uid().equals(uid) && g.container().equals(container))
        .map(Grant::cpus)
        .findFirst();
  }

  private CpuSet shared() {
    CpuSet shared = settings.strictReservation() ? allocatable() : machine.all();
    for (Grant grant : grants) {
      shared = shared.minus(grant.cpus());
    }
    return shared;
  }

  @Override
  public synchronized Map<String, List<NumaHint>> hints(PodView pod, PodView.Named named) {
    int count = settings.wanted(pod, named);
    if (count == 0) {
      return Map.of();
    }
    Optional<CpuSet> own = own(pod.uid(), named.name());
    if (own.isPresent()) {
      return Map.of(
          CPU,
          own.get().size() == count
              ? CpuHints.of(machine, own.get(), CpuSet.EMPTY, count)
              : List.of());
    }
    return Map.of(CPU, CpuHints.of(machine, available(), reusable(pod), count));
  }

  @Override
  public synchronized Map<String, List<NumaHint>> hints(PodView pod) {
    int count = settings.wanted(pod);
    if (count == 0) {
      return Map.of();
    }
    CpuSet own = CpuSet.EMPTY;
    for (PodView.Named named : pod.all()) {
      own = own.plus(own(pod.uid(), named.name()).orElse(CpuSet.EMPTY));
    }
    return Map.of(
        CPU,
        own.size() == count
            ? CpuHints.of(machine, own, CpuSet.EMPTY, count)
            : CpuHints.of(machine, available(), own, count));
  }

  @Override
  public void give(PodView pod, PodView.Named named, NumaNodes nodes) throws PlacementException {
    int count = settings.wanted(pod, named);
    if (count == 0) {
      return;
    }
    synchronized (this) {
      if (settings.fullCoresOnly()) {
        checkCores(count);
      }
      if (own(pod.uid(), named.name()).isPresent()) {
        return;
      }
      CpuSet free = available().plus(reusable(pod));
      CpuSet near = nodes.equals(NumaNodes.ANY) ? CpuSet.EMPTY : free.and(machine.in(nodes));
      CpuSet first = choose(near, Math.min(count, near.size()));
      CpuSet rest = choose(free.minus(first), count - first.size());
      grants.add(new Grant(pod.uid(), named.name(), first.plus(rest)));
      save();
    }
    changed.run();
  }

  private CpuSet choose(CpuSet free, int count) throws PlacementException {
    return CpuChoice.take(machine, free, count)
        .orElseThrow(() ->
            PlacementException.unexpected(
                "not enough cpus available to satisfy request: requested=%d, available=%d"
                    .formatted(count, free.size())));
  }

  private void checkCores(int count) throws PlacementException {
    int perCore = Math.max(1, machine.cpusPerCore());
    if (count % perCore != 0) {
      throw PlacementException.of(
          SMT_ERROR,
          "SMT Alignment Error: requested %d cpus not multiple cpus per core = %d"
              .formatted(count, perCore));
    }
    CpuSet whole = available().minus(machine.wholeCores(reserved));
    if (count > whole.size()) {
      throw PlacementException.of(
          SMT_ERROR,
          ("SMT Alignment Error: not enough free physical CPUs: available physical CPUs = %d,"
                  + " requested CPUs = %d, CPUs per core = %d")
              .formatted(whole.size(), count, perCore));
    }
  }

  private CpuSet available() {
    return shared().minus(reserved);
  }

  /** What the pod's init containers hold and none of its lasting ones. */
  private CpuSet reusable(PodView pod) {
    CpuSet passing = CpuSet.EMPTY;
    CpuSet lasting = CpuSet.EMPTY;
    for (PodView.Named named : pod.all()) {
      CpuSet own = own(pod.uid(), named.name()).orElse(CpuSet.EMPTY);
      if (named.role() == PodView.Role.INIT) {
        passing = passing.plus(own);
      } else {
        lasting = lasting.plus(own);
      }
    }
    return passing.minus(lasting);
  }

  @Override
  public void release(String uid) {
    drop(grant -> grant.uid().equals(uid));
  }

  @Override
  public void keepOnly(Set<String> uids) {
    drop(grant -> !uids.contains(grant.uid()));
  }

  private void drop(Predicate<Grant> which) {
    synchronized (this) {
      if (!grants.removeIf(which)) {
        return;
      }
      save();
    }
    changed.run();
  }
}
