package dev.wherry.kubelet.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelFilesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T19:00:00Z");

  @TempDir private Path dir;

  @Test
  void unified_files_areRead() throws IOException {
    write("cpu.stat", "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnr_throttled 4\n");
    write("memory.stat", "anon 1\nfile 4096\nfile_mapped 12\n");
    write("memory.max", "max\n");
    write(
        "io.stat",
        "9:999 rbytes=10 wbytes=5 rios=2 wios=1\n9:998 rbytes=1 wbytes=1 rios=1 wios=1\n");
    CgroupCounters counters = CgroupCounters.unified(dir);
    assertEquals(OptionalLong.of(20_000), counters.userNanos());
    assertEquals(OptionalLong.of(4), counters.throttledPeriods());
    assertEquals(OptionalLong.of(4096), counters.cacheBytes());
    assertEquals(OptionalLong.empty(), counters.memoryLimitBytes());
    assertEquals(2, counters.disks().size());
    assertEquals("9:999", counters.disks().getFirst().device());
    assertEquals(OptionalLong.of(10), counters.disks().getFirst().readBytes());
    assertEquals(OptionalLong.of(1), counters.disks().getLast().writes());
  }

  @Test
  void legacy_files_areReadBelowEachController() throws IOException {
    write("cpuacct/pods/c/cpuacct.stat", "user 7\nsystem 3\n");
    write("cpu/pods/c/cpu.stat", "nr_periods 5\nnr_throttled 2\nthrottled_time 99\n");
    write("memory/pods/c/memory.stat", "cache 1\ntotal_cache 2\ntotal_swap 0\n");
    write("memory/pods/c/memory.limit_in_bytes", "9223372036854771712\n");
    write(
        "blkio/pods/c/blkio.throttle.io_service_bytes",
        "8:0 Read 100\n8:0 Write 50\n8:0 Total 150\nTotal 150\n");
    CgroupCounters counters = CgroupCounters.legacy(dir, "pods/c");
    assertEquals(OptionalLong.of(70_000_000), counters.userNanos());
    assertEquals(OptionalLong.of(99), counters.throttledNanos());
    assertEquals(OptionalLong.of(2), counters.cacheBytes());
    assertEquals(OptionalLong.empty(), counters.memoryLimitBytes());
    assertEquals(1, counters.disks().size(), "the sum of all devices is none");
    assertEquals(OptionalLong.of(100), counters.disks().getFirst().readBytes());
    assertEquals(OptionalLong.empty(), counters.disks().getFirst().reads());
  }

  @Test
  void node_proc_isRead() throws IOException {
    write(
        "meminfo", "MemTotal: 1000 kB\nMemFree: 400 kB\nInactive(file): 100 kB\nSwapTotal: 0 kB\n");
    write("stat", "cpu  10 1 4 1000 50 2 3 0 0 0\ncpu0 1 1 1 1\nbtime 1700000000\n");
    write("vmstat", "pgfault 77\n");
    write("net/dev", devices());
    write("net/route", "Iface Destination\neth0 00000000 0102A8C0\n");
    write("loadavg", "0.1 0.2 0.3 2/345 6789\n");
    write("sys/kernel/pid_max", "4194304\n");
    write("self/status", "Name: java\nVmRSS:     2048 kB\n");
    write("self/stat", "7 (a (b) c) S 1 1 1 0 -1 4194560 501 0 6 0 10 20\n");
    NodeUse use = new NodeReader(dir, "node-1", dir).read(NOW, OptionalLong.empty());
    assertEquals(200_000_000L, use.cpuNanos(), "idle and waiting time is not used");
    assertEquals(OptionalLong.of(600 * 1024), use.memory().usage());
    assertEquals(OptionalLong.of(500 * 1024), use.memory().workingSet());
    assertEquals(OptionalLong.of(500 * 1024), use.memory().available());
    assertEquals(List.of("eth0", "br0"), use.networks().stream().map(NetworkUse::name).toList());
    assertEquals(5, use.networks().getFirst().txBytes());
    assertEquals(345, use.tasks().running());
    assertEquals(2048 * 1024, use.program().rssBytes());
    assertEquals(501, use.program().faults());
    assertEquals(6, use.program().majorFaults());
    assertEquals(Instant.ofEpochSecond(1_700_000_000L), use.bootedAt());
  }

  private static String devices() {
    return """
    Inter-|   Receive                                                |  Transmit
     face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
        lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0
       br0: 2 1 0 0 0 0 0 0 3 1 0 0 0 0 0 0
      eth0: 4 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0
    """;
  }

  private void write(String name, String text) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
