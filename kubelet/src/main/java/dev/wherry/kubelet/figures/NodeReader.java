package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.resource.HostFigures;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Reads what the machine has and uses from {@code /proc}. */
final class NodeReader {
  private static final long BYTES_PER_KIB = 1024;
  private static final long NANOS_PER_TICK = 10_000_000;

  /** Of the line {@code cpu}: user, nice, system, idle, iowait, irq, softirq, steal. */
  private static final int CPU_FIELDS = 8;

  /** Fields of {@code /proc/PID/stat}, counted from the one behind the name. */
  private static final int MINOR_FAULTS = 7;

  private static final int MAJOR_FAULTS = 9;
  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;

  /** Ends of pods' and containers' links, which cadvisor leaves out too. */
  private static final List<String> OTHERS = List.of("veth", "docker");

  private static final String NO_DESTINATION = "00000000";

  private final Path proc;
  private final String nodeName;
  private final Path diskOf;

  /**
   * @param proc usually {@code /proc}
   * @param diskOf a directory on the file system that is told of
   */
  NodeReader(Path proc, String nodeName, Path diskOf) {
    this.proc = proc;
    this.nodeName = nodeName;
    this.diskOf = diskOf;
  }

  NodeUse read(Instant now, OptionalLong imageBytes) throws IOException {
    Map<String, Long> memory = memory();
    List<String> stat = Files.readAllLines(proc.resolve("stat"));
    long total = memory.getOrDefault("MemTotal", 0L);
    long used = total - memory.getOrDefault("MemFree", 0L);
    long workingSet = Math.max(0, used - memory.getOrDefault("Inactive(file)", 0L));
    Map<String, Long> faults = table(proc.resolve("vmstat"));
    return new NodeUse(
        nodeName,
        now,
        Instant.ofEpochSecond(bootSecond(stat)),
        Runtime.getRuntime().availableProcessors(),
        total,
        cpuNanos(stat),
        OptionalLong.empty(),
        new ContainerUse.MemoryUse(
            OptionalLong.of(total - workingSet),
            OptionalLong.of(used),
            OptionalLong.of(workingSet),
            OptionalLong.of(memory.getOrDefault("AnonPages", 0L)),
            value(faults, "pgfault"),
            value(faults, "pgmajfault")),
        swap(memory),
        networks(),
        disk(),
        imageBytes,
        tasks(),
        program());
  }

  private Map<String, Long> memory() throws IOException {
    Map<String, Long> bytes = new HashMap<>();
    for (String line : Files.readAllLines(proc.resolve("meminfo"))) {
      String[] words = line.split("\\s+", -1);
      if (words.length >= 2 && words[1].matches("\\d{1,15}")) {
        bytes.put(words[0].replace(":", ""), Long.parseLong(words[1]) * BYTES_PER_KIB);
      }
    }
    return bytes;
  }

  private static long cpuNanos(List<String> stat) {
    String[] fields = stat.getFirst().replaceFirst("^cpu\\s+", "").split("\\s+", -1);
    long ticks = 0;
    for (int i = 0; i < Math.min(CPU_FIELDS, fields.length); i++) {
      ticks += i == IDLE || i == IO_WAIT ? 0 : Long.parseLong(fields[i]);
    }
    return ticks * NANOS_PER_TICK;
  }

  private static long bootSecond(List<String> stat) {
    return stat.stream()
        .filter(line -> line.startsWith("btime "))
        .mapToLong(line -> Long.parseLong(line.substring("btime ".length()).strip()))
        .findFirst()
        .orElse(0);
  }

  private static NodeUse.Swap swap(Map<String, Long> memory) {
    long total = memory.getOrDefault("SwapTotal", 0L);
    long free = memory.getOrDefault("SwapFree", 0L);
    return new NodeUse.Swap(free, total - free);
  }

  private List<NetworkUse> networks() throws IOException {
    List<NetworkUse> all = NetworkUse.parse(Files.readAllLines(proc.resolve("net/dev")));
    String first = defaultInterface();
    List<NetworkUse> ordered = new ArrayList<>();
    all.stream().filter(one -> one.name().equals(first)).forEach(ordered::add);
    all.stream()
        .filter(
            one -> !one.name().equals(first) && OTHERS.stream().noneMatch(one.name()::startsWith))
        .forEach(ordered::add);
    return ordered;
  }

  private String defaultInterface() throws IOException {
    Path routes = proc.resolve("net/route");
    if (!Files.exists(routes)) {
      return "";
    }
    for (String line : Files.readAllLines(routes)) {
      String[] words = line.split("\\s+", -1);
      if (words.length > 1 && words[1].equals(NO_DESTINATION)) {
        return words[0];
      }
    }
    return "";
  }

  private NodeUse.Disk disk() throws IOException {
    FileStore store = Files.getFileStore(diskOf);
    return new NodeUse.Disk(store.getTotalSpace(), store.getUsableSpace());
  }

  private NodeUse.Tasks tasks() throws IOException {
    String[] load = Files.readString(proc.resolve("loadavg")).strip().split("[ /]", -1);
    long max = HostFigures.sysctl(proc.resolve("sys/kernel/pid_max"));
    return new NodeUse.Tasks(load.length > 4 ? Long.parseLong(load[4]) : 0, max);
  }

  private NodeUse.Program program() throws IOException {
    long rss = 0;
    for (String line : Files.readAllLines(proc.resolve("self/status"))) {
      if (line.startsWith("VmRSS:")) {
        rss = Long.parseLong(line.replaceAll("[^0-9]", "")) * BYTES_PER_KIB;
      }
    }
    long cpu =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getProcessCpuTime()
            : 0;
    // Behind the name in brackets, which may itself have blanks.
    String stat = Files.readString(proc.resolve("self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    return new NodeUse.Program(
        Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()),
        cpu,
        rss,
        Long.parseLong(fields[MINOR_FAULTS]),
        Long.parseLong(fields[MAJOR_FAULTS]));
  }

  private static Map<String, Long> table(Path file) throws IOException {
    Map<String, Long> table = new HashMap<>();
    if (!Files.exists(file)) {
      return table;
    }
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ", 2);
      if (words.length == 2 && words[1].matches("\\d{1,18}")) {
        table.put(words[0], Long.parseLong(words[1]));
      }
    }
    return table;
  }

  private static OptionalLong value(Map<String, Long> table, String key) {
    Long value = table.get(key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
