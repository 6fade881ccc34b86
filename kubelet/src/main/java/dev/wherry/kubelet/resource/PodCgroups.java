package dev.wherry.kubelet.resource;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.machinery.figures.HistogramFamily;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Pod cgroups by quality of service, on version 1, version 2 and the hybrid of both. Where they
 * cannot be made the runtime places containers itself, and that is said once.
 */
public final class PodCgroups {
  private static final System.Logger LOG = System.getLogger(PodCgroups.class.getName());

  /** The controller by whose hierarchy a container's group is found on version 1. */
  private static final String COUNTING = "memory";

  private static final String POD = "pod";

  private final Path mount;
  private final String root;
  private final CgroupTree tree;

  /** The buckets are those of Prometheus' clients. */
  private final HistogramFamily took =
      new HistogramFamily(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

  private final long pidsMax;
  private final AtomicBoolean complained = new AtomicBoolean();
  private final Map<CgroupName, PodLimits> sizes = new ConcurrentHashMap<>();
  private final ClassWeights weights;
  private Set<CgroupName> leftBefore = Set.of();

  /**
   * @param mount usually /sys/fs/cgroup
   * @param root such as {@code /kubepods}; empty for none
   * @param systemd whether the runtime wants slices
   * @param pidsMax the most processes of one pod; negative for no bound
   */
  public PodCgroups(Path mount, String root, boolean systemd, long pidsMax) {
    this(
        mount,
        root,
        systemd ? new CgroupSlices(SystemdUnits.OF_HOST, mount) : new CgroupFiles(mount),
        pidsMax);
  }

  PodCgroups(Path mount, String root, CgroupTree tree, long pidsMax) {
    this.mount = mount;
    this.root = root;
    this.tree = new TimedTree(tree, took);
    this.weights = new ClassWeights(this.tree);
    this.pidsMax = pidsMax;
  }

  /** How long groups took to be made, changed and removed, by {@code operation_type}. */
  public HistogramFamily took() {
    return took;
  }

  /** Whether version 2 alone is mounted there. */
  public static boolean unified(Path mount) {
    return Files.exists(mount.resolve("cgroup.controllers"));
  }

  /** Whether they are of version 2 alone. */
  public boolean isUnified() {
    return unified(mount);
  }

  /** Where all groups of pods can be seen. */
  private Path hierarchy() {
    return unified(mount) ? mount : mount.resolve(COUNTING);
  }

  /**
   * Holds all pods together to a share of the machine; nothing happens where pods have no groups
   * (rule: kubelet's enforceNodeAllocatable).
   *
   * @param cpuMillis what they weigh together
   * @param memoryBytes above it the kernel ends what runs in pods, not what the node needs
   * @param pidsAll the most processes; negative for no bound
   */
  public void enforce(long cpuMillis, long memoryBytes, long pidsAll) {
    if (root.isEmpty()) {
      return;
    }
    CgroupName all = named(List.of());
    try {
      tree.make(all);
      long shares = CgroupFigures.shares(cpuMillis);
      tree.limit(all, new PodLimits(shares, PodLimits.NONE, memoryBytes), pidsAll);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "pods together have no limit path={0}: {1}", all.path(), e);
    }
  }

  /** Makes a pod's cgroup and gives its name for the runtime; empty where there can be none. */
  public String parent(PodView pod) {
    if (root.isEmpty()) {
      return "";
    }
    CgroupName name = name(pod);
    try {
      tree.make(name);
      return tree.parent(name);
    } catch (IOException e) {
      if (complained.compareAndSet(false, true)) {
        LOG.log(Level.WARNING, "pods get no cgroups of their own path={0}: {1}", name.path(), e);
      }
      return "";
    }
  }

  /** Gives a pod's cgroup what the pod may use now. */
  public void size(PodView pod) {
    write(pod, PodLimits.of(pod));
  }

  /**
   * Gives a pod's cgroup room for what the pod may use now and for what it had, while its
   * containers change.
   */
  public void grow(PodView pod) {
    PodLimits before = sizes.getOrDefault(name(pod), PodLimits.of(pod));
    write(pod, PodLimits.of(pod).max(before));
  }

  private void write(PodView pod, PodLimits limits) {
    CgroupName name = name(pod);
    if (root.isEmpty() || limits.equals(sizes.put(name, limits))) {
      return;
    }
    try {
      tree.limit(name, limits, pidsMax);
      weights.put(name, limits.shares());
    } catch (IOException e) {
      sizes.remove(name, limits);
      LOG.log(Level.WARNING, "cgroup not sized pod={0}: {1}", pod.identity(), e);
    }
  }

  /** Counts what an earlier process made for these pods, so that their classes weigh as before. */
  public void adopt(Collection<PodView> pods) {
    for (PodView pod : pods) {
      CgroupName name = name(pod);
      if (!root.isEmpty() && Files.isDirectory(hierarchy().resolve(tree.directory(name)))) {
        weights.putIfAbsent(name, PodLimits.of(pod).shares());
      }
    }
  }

  /** Removes an ended pod's cgroup; one that is still in use stays for the next time. */
  public void remove(PodView pod) {
    CgroupName name = name(pod);
    sizes.remove(name);
    if (!root.isEmpty()) {
      tree.remove(name);
      weights.remove(name);
    }
  }

  /**
   * Removes the groups of pods that ended while nobody watched. Only what held no container and was
   * unknown at the call before too: another node's agent on this machine may just be making it
   * (rule: kubelet's cleanupOrphanedPodCgroups). For one thread.
   *
   * @param known whether there is a pod with this uid; asked after its group was seen
   */
  public void removeUnknown(Predicate<String> known) {
    Set<CgroupName> found = new HashSet<>();
    if (root.isEmpty()) {
      return;
    }
    for (CgroupName level :
        List.of(
            named(List.of()),
            named(List.of(ClassWeights.BURSTABLE)),
            named(List.of(ClassWeights.BEST_EFFORT)))) {
      for (Path group : groups(tree.directory(level))) {
        Path counted = hierarchy().resolve(tree.directory(level)).resolve(group.getFileName());
        tree.part(level, group.getFileName().toString())
            .filter(part -> part.startsWith(POD) && !known.test(part.substring(POD.length())))
            .filter(_ -> directories(group).isEmpty() && directories(counted).isEmpty())
            .ifPresent(part -> found.add(level.child(part)));
      }
    }
    found.stream().filter(leftBefore::contains).forEach(tree::remove);
    leftBefore = found;
  }

  /** What lies below a group in the hierarchies that may outlive a pod. */
  private List<Path> groups(String above) {
    List<Path> groups = new ArrayList<>(directories(hierarchy().resolve(above)));
    if (!unified(mount)) {
      CgroupFiles.RUNTIMES_OWN.forEach(
          own -> groups.addAll(directories(mount.resolve(own).resolve(above))));
    }
    return groups;
  }

  private static List<Path> directories(Path above) {
    try (Stream<Path> all = Files.list(above)) {
      return all.filter(Files::isDirectory).toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  /**
   * Where a container's counters are.
   *
   * @param path below each controller's mount on version 1, below the one mount on version 2
   */
  public record Place(Path mount, String path, boolean unified) {
    /** A process of the group; empty when it has none. */
    public Optional<Long> anyProcess() {
      Path group = (unified ? mount : mount.resolve(COUNTING)).resolve(path);
      try {
        return Files.readAllLines(group.resolve("cgroup.procs")).stream()
            .findFirst()
            .map(Long::valueOf);
      } catch (IOException | NumberFormatException _) {
        return Optional.empty();
      }
    }
  }

  /** The place of a running container; empty where pods have no groups or the runtime moved it. */
  public Optional<Place> container(PodView pod, String containerId) {
    if (root.isEmpty()) {
      return Optional.empty();
    }
    boolean unified = unified(mount);
    String parent = tree.directory(name(pod));
    Path above = hierarchy().resolve(parent);
    try (Stream<Path> groups = Files.list(above)) {
      return groups
          .map(group -> group.getFileName().toString())
          .filter(name -> name.contains(containerId))
          .findFirst()
          .map(name -> new Place(mount, parent + "/" + name, unified));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /**
   * Sees to it that a container short of memory ends as a whole, on version 2: systemd 252 takes
   * that back for every scope at a {@code daemon-reload}, and knows no OOMPolicy for them.
   */
  public void keepKilledTogether(PodView pod, String containerId) {
    container(pod, containerId)
        .filter(Place::unified)
        .ifPresent(place -> {
          Path file = place.mount().resolve(place.path()).resolve(ContainerFigures.OOM_GROUP);
          try {
            if (Files.exists(file) && Files.readString(file).startsWith("0")) {
              Files.writeString(file, "1");
            }
          } catch (IOException e) {
            LOG.log(Level.DEBUG, "container ends in part id={0}: {1}", containerId, e);
          }
        });
  }

  private CgroupName name(PodView pod) {
    String leaf = POD + pod.uid();
    return switch (QosClass.of(pod)) {
      case GUARANTEED -> named(List.of(leaf));
      case BURSTABLE -> named(List.of(ClassWeights.BURSTABLE, leaf));
      case BEST_EFFORT -> named(List.of(ClassWeights.BEST_EFFORT, leaf));
    };
  }

  private CgroupName named(List<String> below) {
    List<String> parts = new ArrayList<>(List.of(root.replaceFirst("^/", "").split("/")));
    parts.addAll(below);
    return new CgroupName(parts);
  }
}
