package dev.wherry.kubelet.resource;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Groups as directories, on version 1, version 2 and the hybrid of both.
 *
 * @param mount usually /sys/fs/cgroup
 */
record CgroupFiles(Path mount) implements CgroupTree {
  private static final System.Logger LOG = System.getLogger(CgroupFiles.class.getName());
  private static final List<String> V1_CONTROLLERS =
      List.of("cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio");

  /** Hierarchies in which an OCI runtime makes the groups above a container's by itself. */
  static final List<String> RUNTIMES_OWN = List.of("cpuset", "unified", "systemd");

  private static final List<String> V2_CONTROLLERS =
      List.of("cpu", "cpuset", "memory", "pids", "io", "hugetlb");

  @Override
  public void make(CgroupName name) throws IOException {
    for (Path directory : directories(name)) {
      Files.createDirectories(directory);
    }
    if (unified()) {
      delegate(name);
    }
  }

  /** Version 2 hands controllers down one level at a time; those the kernel lacks are left out. */
  private void delegate(CgroupName name) throws IOException {
    Path level = mount;
    for (String step : name.parts()) {
      String has = Files.readString(level.resolve("cgroup.controllers"));
      for (String controller : has.strip().split(" ")) {
        if (V2_CONTROLLERS.contains(controller)) {
          Files.writeString(level.resolve("cgroup.subtree_control"), "+" + controller);
        }
      }
      level = level.resolve(step);
    }
  }

  @Override
  public void limit(CgroupName name, PodLimits limits, long pidsMax) throws IOException {
    if (pidsMax > 0) {
      write(name, unified() ? "" : "pids", "pids.max", pidsMax);
    }
    weigh(name, limits.shares());
    if (unified()) {
      String quota = limits.quotaMicros() == PodLimits.NONE ? "max" : "" + limits.quotaMicros();
      write(name, "", "cpu.max", quota + " " + CgroupFigures.PERIOD_MICROS);
      boolean free = limits.memoryBytes() == PodLimits.NONE;
      write(name, "", "memory.max", free ? "max" : limits.memoryBytes());
    } else {
      write(name, "cpu", "cpu.cfs_period_us", CgroupFigures.PERIOD_MICROS);
      write(name, "cpu", "cpu.cfs_quota_us", limits.quotaMicros());
      write(name, "memory", "memory.limit_in_bytes", limits.memoryBytes());
    }
  }

  @Override
  public void weigh(CgroupName name, long shares) throws IOException {
    if (unified()) {
      write(name, "", "cpu.weight", CgroupFigures.weight(shares));
    } else {
      write(name, "cpu", "cpu.shares", shares);
    }
  }

  private void write(CgroupName name, String hierarchy, String file, Object value)
      throws IOException {
    Path target = mount.resolve(hierarchy).resolve(directory(name)).resolve(file);
    if (Files.exists(target)) {
      Files.writeString(target, String.valueOf(value));
    }
  }

  private boolean unified() {
    return PodCgroups.unified(mount);
  }

  /** With what the OCI runtime made beside ours: on version 1 in cpuset and hybrid's version 2. */
  @Override
  public void remove(CgroupName name) {
    List<Path> all = new ArrayList<>(directories(name));
    if (!unified()) {
      RUNTIMES_OWN.forEach(own -> all.add(mount.resolve(own).resolve(directory(name))));
    }
    for (Path directory : all) {
      try {
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cgroup stays dir={0}: {1}", directory, e);
      }
    }
  }

  @Override
  public String parent(CgroupName name) {
    return name.path();
  }

  @Override
  public String directory(CgroupName name) {
    return name.path().substring(1);
  }

  @Override
  public Optional<String> part(CgroupName above, String directory) {
    return Optional.of(directory);
  }

  /**
   * One directory per hierarchy; cpuset is left to the runtime, which must fill it in on version 1.
   */
  private List<Path> directories(CgroupName name) {
    List<Path> directories = new ArrayList<>();
    if (unified()) {
      directories.add(mount.resolve(directory(name)));
      return directories;
    }
    for (String controller : V1_CONTROLLERS) {
      Path hierarchy = mount.resolve(controller);
      if (Files.isDirectory(hierarchy) && !controller.equals("cpuset")) {
        directories.add(hierarchy.resolve(directory(name)));
      }
    }
    return directories;
  }
}
