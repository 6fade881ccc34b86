package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.resource.HostFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads a node's signals. Memory is what the kernel says programs could get (MemAvailable; decision
 * 0320). For one platform thread.
 */
final class NodeSignals {
  private static final long BYTES_PER_KIB = 1024;

  private final Path proc;
  private final Path nodeDisk;
  private final Supplier<Optional<Path>> imageDisk;
  private final DiskCalls calls;

  /**
   * @param proc usually {@code /proc}
   * @param nodeDisk a directory on the disk of logs and volumes
   * @param imageDisk one on the disk of images and containers' roots; empty while nobody knows
   */
  NodeSignals(Path proc, Path nodeDisk, Supplier<Optional<Path>> imageDisk, DiskCalls calls) {
    this.proc = proc;
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
    long total = 0;
    long available = 0;
    for (String line : Files.readAllLines(proc.resolve("meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        total = kib(line);
      } else if (line.startsWith("MemAvailable:")) {
        available = kib(line);
        break;
      }
    }
    return new Observed(available, total);
  }

  private static long kib(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", "")) * BYTES_PER_KIB;
  }

  private Observed processes() throws IOException {
    String[] load = Files.readString(proc.resolve("loadavg")).strip().split("[ /]", -1);
    long tasks = Long.parseLong(load[4]);
    long max = HostFigures.processesMax(proc);
    return new Observed(max - tasks, max);
  }
}
