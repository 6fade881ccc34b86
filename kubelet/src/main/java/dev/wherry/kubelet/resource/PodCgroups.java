package dev.wherry.kubelet.resource;

import dev.wherry.kubelet.pod.PodView;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Pod cgroups by quality of service, on version 1, version 2 and the hybrid of both. Where they
 * cannot be made the runtime places containers itself, and that is said once.
 */
public final class PodCgroups {
  private static final System.Logger LOG = System.getLogger(PodCgroups.class.getName());

  /** The controller by whose hierarchy a container's group is found on version 1. */
  private static final String COUNTING = "memory";

  private static final String BURSTABLE = "burstable";
  private static final String BEST_EFFORT = "besteffort";

  private final Path mount;
  private final String root;
  private final CgroupTree tree;
  private final long pidsMax;
  private final AtomicBoolean complained = new AtomicBoolean();
  private final Map<CgroupName, PodLimits> sizes = new ConcurrentHashMap<>();

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
        systemd ? new CgroupSlices(SystemdUnits.OF_HOST) : new CgroupFiles(mount),
        pidsMax);
  }

  PodCgroups(Path mount, String root, CgroupTree tree, long pidsMax) {
    this.mount = mount;
    this.root = root;
    this.tree = tree;
    this.pidsMax = pidsMax;
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
      weighClasses();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cgroup not sized pod={0}: {1}", pod.identity(), e);
    }
  }

  /**
   * Burstable pods together weigh what they ask for, best-effort ones next to nothing (rule:
   * kubelet's QOSContainerManager).
   */
  private synchronized void weighClasses() throws IOException {
    long burstable = 0;
    boolean bestEffort = false;
    for (Map.Entry<CgroupName, PodLimits> size : sizes.entrySet()) {
      List<String> parts = size.getKey().parts();
      String above = parts.get(parts.size() - 2);
      burstable += above.equals(BURSTABLE) ? size.getValue().shares() : 0;
      bestEffort |= above.equals(BEST_EFFORT);
    }
    if (burstable > 0) {
      long shares = Math.clamp(burstable, CgroupFigures.SHARES_MIN, CgroupFigures.SHARES_MAX);
      tree.weigh(named(List.of(BURSTABLE)), shares);
    }
    if (bestEffort) {
      tree.weigh(named(List.of(BEST_EFFORT)), CgroupFigures.SHARES_MIN);
    }
  }

  /** Removes an ended pod's cgroup; one that is still in use stays for the next time. */
  public void remove(PodView pod) {
    CgroupName name = name(pod);
    PodLimits had = sizes.remove(name);
    if (root.isEmpty()) {
      return;
    }
    tree.remove(name);
    if (had != null) {
      try {
        weighClasses();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "classes not weighed: {0}", e);
      }
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
    boolean unified = Files.exists(mount.resolve("cgroup.controllers"));
    String parent = tree.directory(name(pod));
    Path above = (unified ? mount : mount.resolve(COUNTING)).resolve(parent);
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

  private CgroupName name(PodView pod) {
    String leaf = "pod" + pod.uid();
    return switch (QosClass.of(pod)) {
      case GUARANTEED -> named(List.of(leaf));
      case BURSTABLE -> named(List.of(BURSTABLE, leaf));
      case BEST_EFFORT -> named(List.of(BEST_EFFORT, leaf));
    };
  }

  private CgroupName named(List<String> below) {
    List<String> parts = new ArrayList<>(List.of(root.replaceFirst("^/", "").split("/")));
    parts.addAll(below);
    return new CgroupName(parts);
  }
}
