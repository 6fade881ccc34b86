package dev.wherry.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a process's cgroups have used; an empty value is one the kernel does not offer.
 *
 * @param cpuNanos core time since the group was made
 * @param memoryBytes in use, page cache included
 * @param workingSetBytes in use, without the cache that can go at once
 * @param rssBytes anonymous memory
 * @param memoryLimitBytes empty when there is none
 * @param pageFaults minor and major
 * @param majorPageFaults major
 * @param processes tasks in the group
 */
public record CgroupUsage(
    OptionalLong cpuNanos,
    OptionalLong memoryBytes,
    OptionalLong workingSetBytes,
    OptionalLong rssBytes,
    OptionalLong memoryLimitBytes,
    OptionalLong pageFaults,
    OptionalLong majorPageFaults,
    OptionalLong processes) {
  private static final Path PROC = Path.of("/proc");
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  /** Version 1 writes its page counter's maximum for "no limit". */
  private static final long UNLIMITED_BYTES = Long.MAX_VALUE / 4096 * 4096;

  /** Reads the groups of a process; empty when the process is gone. */
  public static Optional<CgroupUsage> ofProcess(long pid) {
    return ofProcess(PROC, CGROUPS, pid);
  }

  static Optional<CgroupUsage> ofProcess(Path proc, Path cgroups, long pid) {
    try {
      Map<String, Path> groups = groups(cgroups, Files.readAllLines(proc.resolve(pid + "/cgroup")));
      Path memory = groups.get("memory");
      return Optional.of(memory == null ? unified(groups) : versionOne(groups, memory));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  // Lines are ID:CONTROLLERS:PATH; the unified hierarchy has ID 0 and no controllers.
  private static Map<String, Path> groups(Path cgroups, List<String> lines) {
    var groups = new HashMap<String, Path>();
    for (String line : lines) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[1].isEmpty()) {
        Path hybrid = cgroups.resolve("unified");
        Path root = Files.isDirectory(hybrid) ? hybrid : cgroups;
        groups.put("", root.resolve(parts[2].substring(1)));
      } else if (parts.length == 3) {
        for (String controller : parts[1].split(",", -1)) {
          Path own = cgroups.resolve(controller);
          Path root = Files.isDirectory(own) ? own : cgroups.resolve(parts[1]);
          groups.put(controller, root.resolve(parts[2].substring(1)));
        }
      }
    }
    return groups;
  }

  private static CgroupUsage versionOne(Map<String, Path> groups, Path memory) {
    Map<String, Long> stat = table(memory.resolve("memory.stat"));
    OptionalLong usage = number(memory.resolve("memory.usage_in_bytes"));
    OptionalLong limit = number(memory.resolve("memory.limit_in_bytes"));
    return new CgroupUsage(
        number(groups.get("cpuacct"), "cpuacct.usage"),
        usage,
        minus(usage, stat.getOrDefault("total_inactive_file", 0L)),
        value(stat, "total_rss"),
        limit.isPresent() && limit.getAsLong() < UNLIMITED_BYTES ? limit : OptionalLong.empty(),
        value(stat, "total_pgfault"),
        value(stat, "total_pgmajfault"),
        number(groups.get("pids"), "pids.current"));
  }

  private static CgroupUsage unified(Map<String, Path> groups) {
    Path group = groups.getOrDefault("", CGROUPS);
    Map<String, Long> stat = table(group.resolve("memory.stat"));
    Map<String, Long> cpu = table(group.resolve("cpu.stat"));
    OptionalLong usage = number(group.resolve("memory.current"));
    Long micros = cpu.get("usage_usec");
    return new CgroupUsage(
        micros == null ? OptionalLong.empty() : OptionalLong.of(micros * 1000),
        usage,
        minus(usage, stat.getOrDefault("inactive_file", 0L)),
        value(stat, "anon"),
        number(group.resolve("memory.max")),
        value(stat, "pgfault"),
        value(stat, "pgmajfault"),
        number(group.resolve("pids.current")));
  }

  private static OptionalLong minus(OptionalLong usage, long inactive) {
    return usage.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, usage.getAsLong() - inactive));
  }

  private static OptionalLong number(@org.jspecify.annotations.Nullable Path group, String file) {
    return group == null ? OptionalLong.empty() : number(group.resolve(file));
  }

  private static OptionalLong number(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Map<String, Long> table(Path file) {
    var table = new HashMap<String, Long>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ", 2);
        if (words.length == 2 && words[1].matches("\\d{1,18}")) {
          table.put(words[0], Long.parseLong(words[1]));
        }
      }
    } catch (IOException e) {
      // A controller that is not there has no numbers.
    }
    return table;
  }

  private static OptionalLong value(Map<String, Long> table, String key) {
    Long value = table.get(key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
