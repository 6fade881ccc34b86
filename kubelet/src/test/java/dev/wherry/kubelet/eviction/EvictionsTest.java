package dev.wherry.kubelet.eviction;

import static dev.wherry.kubelet.eviction.Scene.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.resource.CgroupRoot;
import dev.wherry.machinery.time.FakeTimer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvictionsTest {
  private static final Threshold MEMORY =
      new Threshold(Signal.MEMORY_AVAILABLE, Amount.ofBytes(100 * MIB), Duration.ZERO, Amount.NONE);
  private static final Threshold DISK =
      new Threshold(
          Signal.NODEFS_AVAILABLE, Amount.ofBytes(1_000), Duration.ofMinutes(1), Amount.NONE);

  private static final CgroupRoot NO_LIMITS = new CgroupRoot(Path.of("/nowhere"));

  private final FakeTimer clock = new FakeTimer();
  private final FakeNode node = new FakeNode();
  private final PressureGate gate = new PressureGate();
  private final Evictions evictions =
      new Evictions(
          new EvictionSettings(
              List.of(MEMORY, DISK), Duration.ofMinutes(5), Duration.ofSeconds(20)),
          node,
          node,
          gate,
          clock);

  /** A node whose evicted pods are over at once. */
  private static final class FakeNode implements Evictions.NodeSide, Victims {
    final Map<Signal, Observed> signals = new HashMap<>();
    final Map<String, PodUsage> usage = new HashMap<>();
    final List<PodView> pods = new ArrayList<>();
    final List<String> deeds = new ArrayList<>();
    long diskAfterReclaim;
    int measured;

    @Override
    public Map<Signal, Observed> signals() {
      return Map.copyOf(signals);
    }

    @Override
    public boolean ownImageDisk() {
      return false;
    }

    @Override
    public Map<String, PodUsage> usage(List<PodView> asked) {
      measured++;
      return usage;
    }

    @Override
    public void reclaim() {
      deeds.add("reclaim");
      signals.put(Signal.NODEFS_AVAILABLE, new Observed(diskAfterReclaim, 10_000));
    }

    @Override
    public void tell(String resource) {
      deeds.add("short of " + resource);
    }

    @Override
    public void changed() {
      deeds.add("changed");
    }

    @Override
    public List<PodView> active() {
      return List.copyOf(pods);
    }

    @Override
    public void evict(
        PodView pod, String signal, String message, Duration grace, boolean disruption) {
      deeds.add(
          "evict " + pod.name() + " for " + signal + " " + grace.toSeconds() + "s " + disruption);
      pods.remove(pod);
    }

    @Override
    public boolean isOver(String uid) {
      return true;
    }
  }

  private void memory(long mib) {
    node.signals.put(Signal.MEMORY_AVAILABLE, new Observed(mib * MIB, 1_000 * MIB));
  }

  @Test
  void look_quietNode_asksForNoFigures() throws Exception {
    memory(500);
    node.pods.add(Scene.asking("a", "1Mi", 0));
    assertFalse(evictions.look());
    assertEquals(List.of(), node.deeds);
    assertEquals(0, node.measured);
  }

  @Test
  void look_memoryShort_endsOnePodAtALookAndSparesCriticalOnes() throws Exception {
    memory(50);
    node.pods.add(Scene.asking("critical", "1Mi", 2_000_000_000));
    node.pods.add(Scene.asking("small", "1Mi", 0));
    node.pods.add(Scene.asking("large", "1Mi", 0));
    node.usage.put("critical", Scene.memory(400 * MIB));
    node.usage.put("small", Scene.memory(10 * MIB));
    node.usage.put("large", Scene.memory(200 * MIB));
    assertTrue(evictions.look());
    assertTrue(evictions.look());
    assertFalse(evictions.look());
    assertEquals(
        List.of(
            "changed",
            "short of memory",
            "evict large for memory.available 1s true",
            "short of memory",
            "evict small for memory.available 1s true",
            "short of memory"),
        node.deeds);
    assertEquals(Set.of(Pressure.MEMORY), gate.pressures());
  }

  @Test
  void look_diskShortForTooLong_reclaimsBeforeAPodHasToGo() throws Exception {
    memory(500);
    node.signals.put(Signal.NODEFS_AVAILABLE, new Observed(10, 10_000));
    node.pods.add(Scene.asking("a", "1Mi", 0));
    assertFalse(evictions.look());
    assertEquals(List.of("changed"), node.deeds);
    clock.advance(Duration.ofMinutes(1));
    node.diskAfterReclaim = 2_000;
    assertFalse(evictions.look());
    assertEquals(List.of("changed", "short of ephemeral-storage", "reclaim"), node.deeds);
    node.deeds.clear();
    node.signals.put(Signal.NODEFS_AVAILABLE, new Observed(10, 10_000));
    node.diskAfterReclaim = 20;
    assertTrue(evictions.look());
    assertEquals(
        List.of("short of ephemeral-storage", "reclaim", "evict a for nodefs.available 20s true"),
        node.deeds);
  }

  @Test
  void look_podBeyondItsOwnLimit_endsItThoughTheNodeHasRoom() throws Exception {
    memory(500);
    node.pods.add(
        Scene.pod(
            "a",
            "{\"containers\": [{\"name\": \"c\"}], \"volumes\": [{\"name\": \"v\", \"emptyDir\": {\"sizeLimit\": \"1Mi\"}}]}"));
    node.usage.put("a", Scene.memory(1));
    assertFalse(evictions.look());
    node.usage.put("a", new PodUsage(Map.of(), Map.of("v", new PodUsage.OnDisk(2 * MIB, 3)), 0));
    assertTrue(evictions.look());
    assertEquals(List.of("evict a for emptydirfs.limit 1s false"), node.deeds);
    assertEquals(Set.of(), gate.pressures());
  }

  @Test
  void read_thisMachine_hasAllSignals(@TempDir Path disk) throws Exception {
    NodeSignals signals =
        new NodeSignals(
            Path.of("/proc"), CgroupRoot.OWN, disk, () -> Optional.of(disk), new DiskCalls());
    Map<Signal, Observed> read = signals.read();
    for (Signal signal : Signal.values()) {
      Observed observed = read.get(signal);
      assertTrue(
          observed != null && observed.available() > 0 && observed.capacity() > 0,
          signal + " " + observed);
    }
    assertFalse(signals.ownImageDisk());
    assertEquals(
        Files.getFileStore(disk).getTotalSpace(), read.get(Signal.NODEFS_AVAILABLE).capacity());
  }

  /**
   * Recorded on a machine of 512 MB that had 90, then 60 MiB beside a full tmpfs, while a file of
   * 110 MiB was read from the disk again and again (54 and 40 MB/s; Linux 6.1, 2026-11-22).
   */
  @Test
  void read_filesInUseDoNotFit_isShortOfMemoryThoughTheKernelCountsThem(@TempDir Path proc)
      throws Exception {
    Files.createDirectories(proc.resolve("sys/kernel"));
    Files.createDirectories(proc.resolve("pressure"));
    Files.writeString(proc.resolve("sys/kernel/pid_max"), "32768\n");
    Files.writeString(proc.resolve("sys/kernel/threads-max"), "3500\n");
    Files.writeString(proc.resolve("loadavg"), "2.25 1.65 0.70 2/77 461\n");

    memory(proc, 92_320, 16_400, 68_984);
    assertEquals(92_320L << 10, memory(proc), "a kernel that does not tell of stalls");
    pressure(proc, "3.65");
    assertEquals(92_320L << 10, memory(proc), "files may be read");
    memory(proc, 62_424, 11_660, 43_936);
    pressure(proc, "8.03");
    assertEquals((62_424L - 11_660) << 10, memory(proc));
  }

  /** The same of a group that is the whole machine to its node (decision 0633). */
  @Test
  void read_groupsAreLimited_theLimitIsTheMachine(@TempDir Path proc, @TempDir Path groups)
      throws Exception {
    Files.createDirectories(proc.resolve("sys/kernel"));
    Files.writeString(proc.resolve("sys/kernel/pid_max"), "32768\n");
    Files.writeString(proc.resolve("sys/kernel/threads-max"), "3500\n");
    Files.writeString(proc.resolve("loadavg"), "2.25 1.65 0.70 2/77 461\n");
    memory(proc, 400_000, 16_400, 68_984);
    Files.writeString(groups.resolve("cgroup.controllers"), "memory\n");
    Files.writeString(groups.resolve("memory.max"), 1_000_000 + "\n");
    Files.writeString(groups.resolve("memory.current"), 700_000 + "\n");
    Files.writeString(
        groups.resolve("memory.stat"), "inactive_file 200000\nactive_file 50000\nanon 450000\n");
    NodeSignals signals =
        new NodeSignals(proc, new CgroupRoot(groups), proc, Optional::empty, new DiskCalls());
    assertEquals(new Observed(550_000, 1_000_000), signals.read().get(Signal.MEMORY_AVAILABLE));
    Path pressure = groups.resolve("memory.pressure");
    Files.writeString(pressure, "some avg10=8.03 avg60=3.28 avg300=0.88 total=3051698\n");
    assertEquals(new Observed(500_000, 1_000_000), signals.read().get(Signal.MEMORY_AVAILABLE));
    memory(proc, 100, 16_400, 68_984);
    assertEquals(new Observed(102_400, 1_000_000), signals.read().get(Signal.MEMORY_AVAILABLE));
  }

  private static void memory(Path proc, long available, long active, long inactive)
      throws Exception {
    Files.writeString(
        proc.resolve("meminfo"),
        """
        MemTotal:         480020 kB
        MemFree:            5788 kB
        MemAvailable:   %8d kB
        Active(file):   %8d kB
        Inactive(file): %8d kB
        HugePages_Total:       0
        """
            .formatted(available, active, inactive));
  }

  private static void pressure(Path proc, String percent) throws Exception {
    Files.writeString(
        proc.resolve("pressure/memory"),
        "some avg10=%s avg60=3.28 avg300=0.88 total=3051698\n".formatted(percent)
            + "full avg10=7.78 avg60=3.20 avg300=0.86 total=2981293\n");
  }

  /** What is available there, which is too little by the defaults. */
  private static long memory(Path proc) throws Exception {
    Map<Signal, Observed> read =
        new NodeSignals(proc, NO_LIMITS, proc, Optional::empty, new DiskCalls()).read();
    EvictionSettings defaults = EvictionSettings.scaled(480_020L << 10, 8L << 30);
    Observed memory = Objects.requireNonNull(read.get(Signal.MEMORY_AVAILABLE));
    List<Threshold> due =
        Judgement.QUIET
            .next(defaults, Map.of(Signal.MEMORY_AVAILABLE, memory), Instant.EPOCH)
            .due();
    assertEquals(1, due.size(), memory.toString());
    return memory.available();
  }

  @Test
  void of_treeWithHolesAndHardLinks_countsBlocksOnce(@TempDir Path root) throws Exception {
    Path data = Files.write(root.resolve("data"), new byte[1 << 20]);
    Files.createLink(root.resolve("again"), data);
    Files.createSymbolicLink(root.resolve("link"), Path.of("/usr"));
    try (var holes = new java.io.RandomAccessFile(root.resolve("holes").toFile(), "rw")) {
      holes.setLength(1L << 30);
    }
    PodUsage.OnDisk size = new TreeSize(new DiskCalls()).of(root);
    assertEquals(4, size.inodes());
    assertTrue(size.bytes() >= 1 << 20 && size.bytes() < 2 << 20, "bytes " + size.bytes());
    assertEquals(PodUsage.OnDisk.NONE, new TreeSize(new DiskCalls()).of(root.resolve("none")));
  }
}
