package dev.wherry.kubelet.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Counters of one cgroup that no runtime tells, of version 1 or 2; an empty value is one that the
 * kernel does not offer. Times are nanoseconds, memory is bytes.
 */
record CgroupCounters(
    OptionalLong userNanos,
    OptionalLong systemNanos,
    OptionalLong periods,
    OptionalLong throttledPeriods,
    OptionalLong throttledNanos,
    OptionalLong cacheBytes,
    OptionalLong mappedBytes,
    OptionalLong swapBytes,
    OptionalLong memoryPeakBytes,
    OptionalLong memoryFailures,
    OptionalLong memoryLimitBytes,
    OptionalLong tasks,
    List<Disk> disks) {
  private static final long NANOS_PER_MICRO = 1_000;

  /** The kernel's ticks, of which version 1 counts user and system time, are a hundred a second. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /** Version 1 writes its page counter's maximum where there is no limit. */
  private static final long UNLIMITED_BYTES = Long.MAX_VALUE / 4096 * 4096;

  private static final Path DEVICES = Path.of("/sys/dev/block");

  /**
   * Bytes and operations on one device.
   *
   * @param device such as {@code /dev/vda}; its numbers where the kernel has no name for it
   */
  record Disk(
      String device,
      OptionalLong readBytes,
      OptionalLong writtenBytes,
      OptionalLong reads,
      OptionalLong writes) {}

  static final CgroupCounters UNKNOWN = unified(Path.of("/nowhere"));

  /** Reads a directory of version 2. */
  static CgroupCounters unified(Path group) {
    Map<String, Long> cpu = table(group.resolve("cpu.stat"));
    Map<String, Long> memory = table(group.resolve("memory.stat"));
    Map<String, Long> events = table(group.resolve("memory.events"));
    return new CgroupCounters(
        micros(cpu, "user_usec"),
        micros(cpu, "system_usec"),
        value(cpu, "nr_periods"),
        value(cpu, "nr_throttled"),
        micros(cpu, "throttled_usec"),
        value(memory, "file"),
        value(memory, "file_mapped"),
        number(group.resolve("memory.swap.current")),
        number(group.resolve("memory.peak")),
        value(events, "max"),
        number(group.resolve("memory.max")),
        number(group.resolve("pids.current")),
        unifiedDisks(lines(group.resolve("io.stat"))));
  }

  /**
   * Reads the directories of version 1.
   *
   * @param mount where the controllers are mounted
   * @param path below each, without a leading slash
   */
  static CgroupCounters legacy(Path mount, String path) {
    Path cpuGroup = mount.resolve("cpu").resolve(path);
    Path memoryGroup = mount.resolve("memory").resolve(path);
    Path diskGroup = mount.resolve("blkio").resolve(path);
    Map<String, Long> cpu = table(cpuGroup.resolve("cpu.stat"));
    Map<String, Long> times = table(mount.resolve("cpuacct").resolve(path).resolve("cpuacct.stat"));
    Map<String, Long> memory = table(memoryGroup.resolve("memory.stat"));
    OptionalLong limit = number(memoryGroup.resolve("memory.limit_in_bytes"));
    return new CgroupCounters(
        scaled(times, "user", NANOS_PER_TICK),
        scaled(times, "system", NANOS_PER_TICK),
        value(cpu, "nr_periods"),
        value(cpu, "nr_throttled"),
        value(cpu, "throttled_time"),
        value(memory, "total_cache"),
        value(memory, "total_mapped_file"),
        value(memory, "total_swap"),
        number(memoryGroup.resolve("memory.max_usage_in_bytes")),
        number(memoryGroup.resolve("memory.failcnt")),
        limit.isPresent() && limit.getAsLong() < UNLIMITED_BYTES ? limit : OptionalLong.empty(),
        number(mount.resolve("pids").resolve(path).resolve("pids.current")),
        legacyDisks(
            lines(diskGroup.resolve("blkio.throttle.io_service_bytes")),
            lines(diskGroup.resolve("blkio.throttle.io_serviced"))));
  }

  // Lines are MAJOR:MINOR rbytes=N wbytes=N rios=N wios=N and more.
  private static List<Disk> unifiedDisks(List<String> lines) {
    List<Disk> disks = new ArrayList<>();
    for (String line : lines) {
      Map<String, Long> values = new HashMap<>();
      for (String word : line.split(" ", -1)) {
        int equals = word.indexOf('=');
        if (equals > 0 && word.substring(equals + 1).matches("\\d{1,18}")) {
          values.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
        }
      }
      if (!values.isEmpty()) {
        disks.add(
            new Disk(
                device(line.substring(0, line.indexOf(' '))),
                value(values, "rbytes"),
                value(values, "wbytes"),
                value(values, "rios"),
                value(values, "wios")));
      }
    }
    return disks;
  }

  // Lines are MAJOR:MINOR OPERATION N, and one of all devices together.
  private static List<Disk> legacyDisks(List<String> bytes, List<String> operations) {
    Map<String, Map<String, Long>> devices = new TreeMap<>();
    collect(devices, "bytes", bytes);
    collect(devices, "operations", operations);
    return devices.entrySet().stream()
        .map(one ->
            new Disk(
                device(one.getKey()),
                value(one.getValue(), "bytes Read"),
                value(one.getValue(), "bytes Write"),
                value(one.getValue(), "operations Read"),
                value(one.getValue(), "operations Write")))
        .toList();
  }

  private static void collect(
      Map<String, Map<String, Long>> devices, String what, List<String> lines) {
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      if (words.length == 3 && words[2].matches("\\d{1,18}")) {
        devices
            .computeIfAbsent(words[0], _ -> new HashMap<>())
            .put(what + " " + words[1], Long.parseLong(words[2]));
      }
    }
  }

  /** The kernel links a device's numbers to the folder with its name. */
  private static String device(String numbers) {
    try {
      return "/dev/" + Files.readSymbolicLink(DEVICES.resolve(numbers)).getFileName();
    } catch (IOException _) {
      return numbers;
    }
  }

  private static OptionalLong micros(Map<String, Long> table, String key) {
    return scaled(table, key, NANOS_PER_MICRO);
  }

  private static OptionalLong scaled(Map<String, Long> table, String key, long factor) {
    Long value = table.get(key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value * factor);
  }

  private static OptionalLong value(Map<String, Long> table, String key) {
    return scaled(table, key, 1);
  }

  private static OptionalLong number(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() || !lines.getFirst().matches("\\d{1,18}")
        ? unlimited(lines)
        : OptionalLong.of(Long.parseLong(lines.getFirst()));
  }

  /** A number of nineteen digits is version 1's way to say that there is no limit. */
  private static OptionalLong unlimited(List<String> lines) {
    return !lines.isEmpty() && lines.getFirst().matches("\\d{19}")
        ? OptionalLong.of(UNLIMITED_BYTES)
        : OptionalLong.empty();
  }

  private static Map<String, Long> table(Path file) {
    Map<String, Long> table = new HashMap<>();
    for (String line : lines(file)) {
      String[] words = line.split(" ", 2);
      if (words.length == 2 && words[1].matches("\\d{1,18}")) {
        table.put(words[0], Long.parseLong(words[1]));
      }
    }
    return table;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException _) {
      // A controller that is not there has no numbers.
      return List.of();
    }
  }
}
