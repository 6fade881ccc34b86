package dev.wherry.kubelet.resource;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Groups as transient slices of systemd, which alone writes their files (rule: libcontainer's
 * systemd driver, systemd.resource-control(5)).
 *
 * @param mount usually /sys/fs/cgroup
 */
record CgroupSlices(SystemdUnits units, Path mount) implements CgroupTree {
  private static final System.Logger LOG = System.getLogger(CgroupSlices.class.getName());
  private static final String SUFFIX = ".slice";
  private static final long INFINITE = -1;

  /** Of version 1, beside those that systemd cleans up by itself. */
  private static final List<String> HIERARCHIES =
      List.of(
          "cpu",
          "cpuacct",
          "cpuset",
          "freezer",
          "devices",
          "pids",
          "blkio",
          "memory",
          "hugetlb",
          "net_cls",
          "net_prio",
          "perf_event",
          "unified");

  /** systemd counts a quota per second, we per a tenth of one. */
  private static final long PERIODS_PER_SECOND = 1_000_000 / CgroupFigures.PERIOD_MICROS;

  @Override
  public void make(CgroupName name) throws IOException {
    for (CgroupName step : name.steps()) {
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put("Description", "pods of Wherry " + step.path());
      properties.put("DefaultDependencies", false);
      properties.put("CPUAccounting", true);
      properties.put("MemoryAccounting", true);
      properties.put("TasksAccounting", true);
      properties.put("IOAccounting", true);
      units.sliceIfAbsent(step.slice(), properties);
    }
  }

  @Override
  public void limit(CgroupName name, PodLimits limits, long pidsMax) throws IOException {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("CPUWeight", CgroupFigures.weight(limits.shares()));
    boolean quota = limits.quotaMicros() != PodLimits.NONE;
    properties.put(
        "CPUQuotaPerSecUSec", quota ? limits.quotaMicros() * PERIODS_PER_SECOND : INFINITE);
    properties.put("CPUQuotaPeriodUSec", CgroupFigures.PERIOD_MICROS);
    boolean memory = limits.memoryBytes() != PodLimits.NONE;
    properties.put("MemoryMax", memory ? limits.memoryBytes() : INFINITE);
    if (pidsMax > 0) {
      properties.put("TasksMax", pidsMax);
    }
    units.set(name.slice(), properties);
  }

  @Override
  public void weigh(CgroupName name, long shares) throws IOException {
    units.set(name.slice(), Map.of("CPUWeight", CgroupFigures.weight(shares)));
  }

  @Override
  public void remove(CgroupName name) {
    try {
      units.stop(name.slice());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "slice stays name={0}: {1}", name.slice(), e);
    }
    if (!PodCgroups.unified(mount)) {
      removeRuntimesOwn(directory(name));
    }
  }

  /** On version 1 OCI runtimes make groups in hierarchies that systemd does not care for. */
  private void removeRuntimesOwn(String directory) {
    for (String hierarchy : HIERARCHIES) {
      try {
        Files.deleteIfExists(mount.resolve(hierarchy).resolve(directory));
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "group stays dir={0}: {1}", directory, e);
      }
    }
  }

  @Override
  public String parent(CgroupName name) {
    return name.slice();
  }

  @Override
  public String directory(CgroupName name) {
    return String.join("/", name.steps().stream().map(CgroupName::slice).toList());
  }

  @Override
  public Optional<String> part(CgroupName above, String directory) {
    String before = above.slice().replace(SUFFIX, "-");
    boolean below = directory.startsWith(before) && directory.endsWith(SUFFIX);
    return below
        ? Optional.of(
            directory
                .substring(before.length(), directory.length() - SUFFIX.length())
                .replace('_', '-'))
        : Optional.empty();
  }
}
