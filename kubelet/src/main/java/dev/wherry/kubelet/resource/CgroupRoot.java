package dev.wherry.kubelet.resource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The group at the root of the cgroup mount, in which all lie that this node can make: what it may
 * use is all that the node has. The kernel's own root has no limits; that of a container or of a
 * machine of {@code wherry cluster} may. Of version 1, version 2 and the hybrid of both.
 *
 * @param mount usually /sys/fs/cgroup
 */
public record CgroupRoot(Path mount) {
  /** Of this process. */
  public static final CgroupRoot OWN = new CgroupRoot(Path.of("/sys/fs/cgroup"));

  private static final long MILLIS_PER_CPU = 1_000;

  /**
   * Memory of the group and those below it, in bytes.
   *
   * @param used page cache included
   * @param activeFiles of the page cache, what programs use
   * @param inactiveFiles what can go at once
   */
  public record Memory(long limit, long used, long activeFiles, long inactiveFiles) {}

  /** The smaller of what the machine has and the limit. */
  public long memoryBytes(long machine) {
    return Math.min(machine, memoryLimit().orElse(Long.MAX_VALUE));
  }

  /** The smaller of what the machine has and the quota, in thousandths of a CPU. */
  public long cpuMillis(long machine) {
    // Version 2 has quota and period in one file, of which the first may be "max".
    List<String> words =
        unified()
            ? List.of(text("cpu.max").split(" ", -1))
            : List.of(text("cpu/cpu.cfs_quota_us"), text("cpu/cpu.cfs_period_us"));
    long quota = number(words.getFirst()).orElse(0);
    long period = number(words.getLast()).orElse(0);
    return quota <= 0 || period <= 0 ? machine : Math.min(machine, quota * MILLIS_PER_CPU / period);
  }

  /**
   * What is used of a limit.
   *
   * @return empty without a limit below what the machine has
   */
  public Optional<Memory> memory(long machine) {
    OptionalLong limit = memoryLimit();
    OptionalLong used = number(text(unified() ? "memory.current" : "memory/memory.usage_in_bytes"));
    if (used.isEmpty() || limit.isEmpty() || limit.getAsLong() >= machine) {
      return Optional.empty();
    }
    Map<String, Long> stat = new HashMap<>();
    text(unified() ? "memory.stat" : "memory/memory.stat")
        .lines()
        .map(line -> line.split(" ", 2))
        .filter(words -> words.length == 2)
        .forEach(words -> number(words[1]).ifPresent(value -> stat.put(words[0], value)));
    // Version 1 counts what lies below under names of its own.
    String all = unified() ? "" : "total_";
    return Optional.of(
        new Memory(
            limit.getAsLong(),
            used.getAsLong(),
            stat.getOrDefault(all + "active_file", 0L),
            stat.getOrDefault(all + "inactive_file", 0L)));
  }

  /** Where the kernel says how long the group's programs waited for memory; empty for nowhere. */
  public Optional<Path> memoryPressure() {
    return Stream.of("memory.pressure", "unified/memory.pressure")
        .map(mount::resolve)
        .filter(Files::exists)
        .findFirst();
  }

  private boolean unified() {
    return PodCgroups.unified(mount);
  }

  /** A number of version 1 above every machine's memory means that there is none. */
  private OptionalLong memoryLimit() {
    return number(text(unified() ? "memory.max" : "memory/memory.limit_in_bytes"));
  }

  private String text(String file) {
    try {
      return Files.readString(mount.resolve(file)).strip();
    } catch (IOException _) {
      return "";
    }
  }

  private static OptionalLong number(String text) {
    return text.matches("\\d{1,19}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }
}
