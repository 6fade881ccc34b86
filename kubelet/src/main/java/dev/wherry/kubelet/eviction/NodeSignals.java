package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.resource.CgroupRoot;
import dev.wherry.kubelet.resource.HostFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads a node's signals. Memory is what the kernel says programs could get (MemAvailable), and
 * while programs wait for memory the pages of files they use are not among it (decision 0320);
 * below a limit of this node's groups that limit is the machine (0633). For one platform thread.
 */
final class NodeSignals {
  private static final long BYTES_PER_KIB = 1024;

  /**
   * Of the last ten seconds; files that are read anew without end cost more, also of fast disks.
   */
  private static final double STALLED_PERCENT = 5;

  private final Path proc;
  private final CgroupRoot root;
  private final Path nodeDisk;
  private final Supplier<Optional<Path>> imageDisk;
  private final DiskCalls calls;

  /**
   * @param proc usually {@code /proc}
   * @param root whose limit holds where it is smaller than the machine
   * @param nodeDisk a directory on the disk of logs and volumes
   * @param imageDisk one on the disk of images and containers' roots; empty while nobody knows
   */
  NodeSignals(
      Path proc,
      CgroupRoot root,
      Path nodeDisk,
      Supplier<Optional<Path>> imageDisk,
      DiskCalls calls) {
    this.proc = proc;
    this.root = root;
    this.nodeDisk = nodeDisk;
    this.imageDisk = imageDisk;
    this.calls = calls;
  }

  /** What can be read now; a signal that cannot be is left out. */
  Map<Signal, Observed> read() throws IOException {
    Map<Signal, Observed> all = new EnumMap<>(Signal.class);
    all.put(Signal.MEMORY_AVAILABLE, memory());
    all.put(Signal.PIDS_AVAILABLE, processes());
    disk(all, nodeDisk, Signal.NODEFS_AVAILABLE, Signal.NODEFS_INODES);
    Optional<Path> images = imageDisk.get();
    if (images.isPresent() && Files.exists(images.get())) {
      disk(all, images.get(), Signal.IMAGEFS_AVAILABLE, Signal.IMAGEFS_INODES);
    }
    return all;
  }

  /** Whether images and containers' roots lie on a disk of their own. */
  boolean ownImageDisk() throws IOException {
    Optional<Path> images = imageDisk.get();
    return images.isPresent()
        && Files.exists(images.get())
        && !Files.getAttribute(images.get(), "unix:dev")
            .equals(Files.getAttribute(nodeDisk, "unix:dev"));
  }

  /** Some file systems have inodes without a number: then there is no such signal. */
  private void disk(Map<Signal, Observed> all, Path path, Signal bytes, Signal inodes)
      throws IOException {
    DiskCalls.Space space = calls.space(path);
    all.put(bytes, space.bytes());
    if (space.inodes().capacity() > 0) {
      all.put(inodes, space.inodes());
    }
  }

  private Observed memory() throws IOException {
    Map<String, Long> figures = new HashMap<>();
    for (String line : Files.readAllLines(proc.resolve("meminfo"))) {
      String[] words = line.split(":? +", -1);
      figures.put(words[0], Long.parseLong(words[1]) * BYTES_PER_KIB);
    }
    long total = figures.getOrDefault("MemTotal", 0L);
    long available = figures.getOrDefault("MemAvailable", 0L);
    Path pressure = proc.resolve("pressure/memory");
    long inUse = stalled(pressure) ? figures.getOrDefault("Active(file)", 0L) : 0;
    long ofMachine = Math.max(available - inUse, 0);
    return root.memory(total)
        .map(limited ->
            new Observed(
                Math.min(ofMachine, left(limited, root.memoryPressure().orElse(pressure))),
                limited.limit()))
        .orElse(new Observed(ofMachine, total));
  }

  /** What programs could get below a limit, counted as the kernel counts it for the machine. */
  private static long left(CgroupRoot.Memory memory, Path pressure) {
    long files = memory.inactiveFiles() + (stalled(pressure) ? 0 : memory.activeFiles());
    return Math.max(memory.limit() - memory.used() + files, 0);
  }

  /** Whether programs wait for memory now; never where the kernel does not tell. */
  private static boolean stalled(Path pressure) {
    try {
      String some = Files.readString(pressure);
      return Double.parseDouble(some.split("[= ]", -1)[2]) >= STALLED_PERCENT;
    } catch (IOException _) {
      return false;
    }
  }

  private Observed processes() throws IOException {
    String[] load = Files.readString(proc.resolve("loadavg")).strip().split("[ /]", -1);
    long tasks = Long.parseLong(load[4]);
    long max = HostFigures.processesMax(proc);
    return new Observed(max - tasks, max);
  }
}
