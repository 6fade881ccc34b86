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
  private static final List<String> V1_CONTROLLERS =
      List.of("cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio");

  private static final List<String> V2_CONTROLLERS =
      List.of("cpu", "cpuset", "memory", "pids", "io", "hugetlb");

  /** The controller by whose hierarchy a container's group is found on version 1. */
  private static final String COUNTING = "memory";

  private final Path mount;
  private final String root;
  private final boolean systemd;
  private final long pidsMax;
  private final AtomicBoolean complained = new AtomicBoolean();
  private final Map<String, PodLimits> sizes = new ConcurrentHashMap<>();

  /**
   * @param mount usually /sys/fs/cgroup
   * @param root such as {@code /kubepods}; empty for none
   * @param systemd whether the runtime wants slices
   * @param pidsMax the most processes of one pod; negative for no bound
   */
  public PodCgroups(Path mount, String root, boolean systemd, long pidsMax) {
    this.mount = mount;
    this.root = root;
    this.systemd = systemd;
    this.pidsMax = pidsMax;
  }

  /** Makes a pod's cgroup and gives its name for the runtime; empty where there can be none. */
  public String parent(PodView pod) {
    if (root.isEmpty()) {
      return "";
    }
    if (systemd) {
      return slice(pod);
    }
    String path = path(pod);
    try {
      for (Path directory : directories(path)) {
        Files.createDirectories(directory);
      }
      if (unified()) {
        delegate(path);
      }
      return path;
    } catch (IOException e) {
      if (complained.compareAndSet(false, true)) {
        LOG.log(Level.WARNING, "pods get no cgroups of their own path={0}: {1}", path, e);
      }
      return "";
    }
  }

  /** Version 2 hands controllers down one level at a time; those the kernel lacks are left out. */
  private void delegate(String path) throws IOException {
    Path level = mount;
    for (Path step : Path.of(path.substring(1))) {
      String has = Files.readString(level.resolve("cgroup.controllers"));
      for (String controller : has.strip().split(" ")) {
        if (V2_CONTROLLERS.contains(controller)) {
          Files.writeString(level.resolve("cgroup.subtree_control"), "+" + controller);
        }
      }
      level = level.resolve(step);
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
    PodLimits before = sizes.getOrDefault(pod.uid(), PodLimits.of(pod));
    write(pod, PodLimits.of(pod).max(before));
  }

  private void write(PodView pod, PodLimits limits) {
    if (root.isEmpty() || systemd || limits.equals(sizes.put(pod.uid(), limits))) {
      return;
    }
    String path = path(pod);
    try {
      if (pidsMax > 0) {
        write(path, unified() ? "" : "pids", "pids.max", pidsMax);
      }
      if (unified()) {
        write(path, "", "cpu.weight", CgroupFigures.weight(limits.shares()));
        String quota = limits.quotaMicros() == PodLimits.NONE ? "max" : "" + limits.quotaMicros();
        write(path, "", "cpu.max", quota + " " + CgroupFigures.PERIOD_MICROS);
        boolean free = limits.memoryBytes() == PodLimits.NONE;
        write(path, "", "memory.max", free ? "max" : limits.memoryBytes());
      } else {
        write(path, "cpu", "cpu.shares", limits.shares());
        write(path, "cpu", "cpu.cfs_period_us", CgroupFigures.PERIOD_MICROS);
        write(path, "cpu", "cpu.cfs_quota_us", limits.quotaMicros());
        write(path, "memory", "memory.limit_in_bytes", limits.memoryBytes());
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cgroup not sized pod={0}: {1}", pod.identity(), e);
    }
  }

  private void write(String path, String hierarchy, String file, Object value) throws IOException {
    Path directory = mount.resolve(hierarchy).resolve(path.substring(1));
    Path target = directory.resolve(file);
    if (Files.exists(target)) {
      Files.writeString(target, String.valueOf(value));
    }
  }

  private boolean unified() {
    return Files.exists(mount.resolve("cgroup.controllers"));
  }

  /** Removes an ended pod's cgroup; one that is still in use stays for the next time. */
  public void remove(PodView pod) {
    sizes.remove(pod.uid());
    if (root.isEmpty() || systemd) {
      return;
    }
    for (Path directory : directories(path(pod))) {
      try {
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cgroup stays dir={0}: {1}", directory, e);
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
    String parent = systemd ? slicePath(pod) : path(pod).substring(1);
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

  /** A slice's directory: each dash of its name is one level. */
  private String slicePath(PodView pod) {
    StringBuilder path = new StringBuilder();
    StringBuilder name = new StringBuilder();
    String slice = slice(pod);
    for (String part : slice.substring(0, slice.length() - ".slice".length()).split("-", -1)) {
      name.append(name.isEmpty() ? "" : "-").append(part);
      path.append(path.isEmpty() ? "" : "/").append(name).append(".slice");
    }
    return path.toString();
  }

  private String path(PodView pod) {
    String leaf = "/pod" + pod.uid();
    return switch (QosClass.of(pod)) {
      case GUARANTEED -> root + leaf;
      case BURSTABLE -> root + "/burstable" + leaf;
      case BEST_EFFORT -> root + "/besteffort" + leaf;
    };
  }

  private String slice(PodView pod) {
    String base = root.substring(1).replace('/', '-');
    String leaf = "-pod" + pod.uid().replace('-', '_') + ".slice";
    return switch (QosClass.of(pod)) {
      case GUARANTEED -> base + leaf;
      case BURSTABLE -> base + "-burstable" + leaf;
      case BEST_EFFORT -> base + "-besteffort" + leaf;
    };
  }

  /**
   * One directory per hierarchy; cpuset is left to the runtime, which must fill it in on version 1.
   */
  private List<Path> directories(String path) {
    List<Path> directories = new ArrayList<>();
    if (unified()) {
      directories.add(mount.resolve(path.substring(1)));
      return directories;
    }
    for (String controller : V1_CONTROLLERS) {
      Path hierarchy = mount.resolve(controller);
      if (Files.isDirectory(hierarchy) && !controller.equals("cpuset")) {
        directories.add(hierarchy.resolve(path.substring(1)));
      }
    }
    return directories;
  }
}
