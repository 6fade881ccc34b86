package dev.wherry.kubelet.resource;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine has, from /proc, and what of it this process's node may use. */
public final class HostFigures {
  private static final Path APPARMOR = Path.of("/sys/module/apparmor/parameters/enabled");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int NUMBER_CHARS_MAX = 64;
  private static final int CAP_SYS_RESOURCE = 24;
  private static final int HEX = 16;
  private static final long BYTES_PER_KIB = 1024;
  private static final long MILLIS_PER_CPU = 1_000;

  private HostFigures() {}

  /** The machine's memory, or less where this node's groups are limited to less. */
  public static long memoryBytes() {
    return CgroupRoot.OWN.memoryBytes(kibibytes("MemTotal:") * BYTES_PER_KIB);
  }

  /** The machine's CPUs in thousandths, or less where this node's groups are limited to less. */
  public static long cpuMillis() {
    return CgroupRoot.OWN.cpuMillis(Runtime.getRuntime().availableProcessors() * MILLIS_PER_CPU);
  }

  /** Swap of the machine; 0 where it has none. */
  public static long swapBytes() {
    return kibibytes("SwapTotal:") * BYTES_PER_KIB;
  }

  private static long kibibytes(String field) {
    String digits = line(Path.of("/proc/meminfo"), field).replaceAll("[^0-9]", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }

  /** What the kernel could give to programs now. */
  public static long availableMemoryBytes() {
    String line = line(Path.of("/proc/meminfo"), "MemAvailable:");
    return Long.parseLong(line.replaceAll("[^0-9]", "")) * BYTES_PER_KIB;
  }

  /** The lowest out-of-memory score this process may give to others. */
  public static int oomScoreFloor() {
    String caps = line(Path.of("/proc/self/status"), "CapEff:");
    long effective = Long.parseUnsignedLong(caps.substring(caps.indexOf(':') + 1).strip(), HEX);
    if ((effective >> CAP_SYS_RESOURCE & 1) == 1) {
      return -1000;
    }
    try {
      return Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A number of {@code /proc/sys}. The kernel gives it to one read only, and {@link
   * Files#readString} begins with one byte.
   */
  public static long sysctl(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Long.parseLong(
          new String(in.readNBytes(NUMBER_CHARS_MAX), StandardCharsets.US_ASCII).strip());
    }
  }

  /**
   * The most processes and threads at once.
   *
   * @param proc usually /proc
   */
  public static long processesMax(Path proc) throws IOException {
    return Math.min(
        sysctl(proc.resolve("sys/kernel/pid_max")), sysctl(proc.resolve("sys/kernel/threads-max")));
  }

  /** Names this run of the machine; empty where the kernel does not. */
  public static String bootId() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException _) {
      return "";
    }
  }

  /** Whether the kernel enforces AppArmor's profiles. */
  public static boolean appArmor() {
    try {
      return Files.readString(APPARMOR).startsWith("Y");
    } catch (IOException _) {
      return false;
    }
  }

  private static String line(Path file, String prefix) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(prefix)) {
          return line;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException(file + " has no " + prefix);
  }
}
