package dev.wherry.runtime.builtin.shim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who runs since when. A process is known by its id, its start in ticks and the boot it was started
 * in: none of them alone says that it is still the same.
 *
 * @param pid the supervised process
 * @param startedNanos since the epoch
 */
public record Started(
    long supervisor,
    long supervisorTicks,
    long pid,
    long pidTicks,
    String boot,
    long startedNanos) {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final int TICKS_FIELD = 22;

  /** States of a process that has ended and waits to be reaped. */
  private static final Set<String> CORPSE = Set.of("Z", "X");

  /** This boot's name. */
  public static String currentBoot() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }

  static Optional<Started> read(Path file) throws IOException {
    Optional<Map<String, String>> values = KeyValueFile.read(file);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> map = values.get();
    try {
      return Optional.of(
          new Started(
              Long.parseLong(map.getOrDefault("supervisor", "")),
              Long.parseLong(map.getOrDefault("supervisor-start", "")),
              Long.parseLong(map.getOrDefault("pid", "")),
              Long.parseLong(map.getOrDefault("pid-start", "")),
              map.getOrDefault("boot", ""),
              Long.parseLong(map.getOrDefault("started", ""))));
    } catch (NumberFormatException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  /** Copies it to where it outlives the boot, for what is told of the container then. */
  static void keep(Path file, Path copy) {
    try {
      Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      System.getLogger(Started.class.getName())
          .log(System.Logger.Level.WARNING, "start not kept file={0}: {1}", copy, e.getMessage());
    }
  }

  /** Such a copy; empty also where a power cut tore it, since it was not synced. */
  static Optional<Started> kept(Path copy) {
    try {
      return read(copy);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether its supervisor lives. */
  boolean isSupervised() throws IOException {
    return boot.equals(currentBoot()) && ticks(supervisor) == supervisorTicks;
  }

  /** Field 22 of /proc/PID/stat (proc(5)); -1 when there is no such process, or only its corpse. */
  private static long ticks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return CORPSE.contains(fields[0]) ? -1 : Long.parseLong(fields[TICKS_FIELD - 3]);
    } catch (IOException | NumberFormatException e) {
      return -1;
    }
  }
}
