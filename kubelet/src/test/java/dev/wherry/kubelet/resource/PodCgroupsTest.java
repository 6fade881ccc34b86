package dev.wherry.kubelet.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.machinery.figures.Histogram;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On directories that look like the kernel's. */
class PodCgroupsTest {
  @TempDir Path mount;

  private static PodView pod(String cpu, String memory) {
    return PodView.of(
        Pod.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "p", "namespace": "n", "uid": "u"},
                 "spec": {"containers": [
                   {"name": "a", "resources": {"requests": {"cpu": "50m"},
                                               "limits": {"cpu": "%1$s", "memory": "%2$s"}}},
                   {"name": "b", "resources": {"requests": {"cpu": "50m"},
                                               "limits": {"cpu": "%1$s", "memory": "%2$s"}}}]}}
                """
                    .formatted(cpu, memory))));
  }

  private static long count(PodCgroups cgroups, String operation) {
    Histogram row = cgroups.took().rows().get("operation_type=\"" + operation + "\"");
    return row == null ? 0 : row.cumulative()[row.cumulative().length - 1];
  }

  private Path file(Path directory, String name) throws IOException {
    Files.createDirectories(directory);
    return Files.createFile(directory.resolve(name));
  }

  @Test
  void size_onVersionOne_writesWeightQuotaAndMemory() throws IOException {
    Path shares = file(mount.resolve("cpu/kubepods/burstable/podu"), "cpu.shares");
    Path quota = file(mount.resolve("cpu/kubepods/burstable/podu"), "cpu.cfs_quota_us");
    Path memory = file(mount.resolve("memory/kubepods/burstable/podu"), "memory.limit_in_bytes");
    PodCgroups cgroups = new PodCgroups(mount, "/kubepods", false, -1);

    cgroups.size(pod("200m", "10Mi"));
    assertEquals("102", Files.readString(shares));
    assertEquals("40000", Files.readString(quota));
    assertEquals(String.valueOf(20 << 20), Files.readString(memory));

    cgroups.grow(pod("100m", "20Mi"));
    assertEquals("40000", Files.readString(quota), "what containers still have stays");
    assertEquals(String.valueOf(40 << 20), Files.readString(memory));
    cgroups.size(pod("100m", "20Mi"));
    assertEquals("20000", Files.readString(quota));
    long updates = count(cgroups, "update");
    assertTrue(updates >= 3, "sizes and the weights above them: " + updates);
    assertEquals(0, count(cgroups, "destroy"));
    cgroups.parent(pod("100m", "20Mi"));
    cgroups.remove(pod("100m", "20Mi"));
    assertEquals(1, count(cgroups, "create"));
    assertEquals(1, count(cgroups, "destroy"));
  }

  @Test
  void keepKilledTogether_afterDaemonReload_setsItAgainForThatContainer() throws IOException {
    file(mount, "cgroup.controllers");
    Path slice = mount.resolve("kubepods.slice/kubepods-burstable.slice");
    Path pod = slice.resolve("kubepods-burstable-podu.slice");
    Path lost = file(pod.resolve("cri-containerd-c1.scope"), "memory.oom.group");
    Path other = file(pod.resolve("cri-containerd-c2.scope"), "memory.oom.group");
    Files.writeString(lost, "0\n");
    Files.writeString(other, "0\n");
    PodCgroups cgroups = new PodCgroups(mount, "/kubepods", true, -1);

    cgroups.keepKilledTogether(pod("200m", "10Mi"), "c1");
    cgroups.keepKilledTogether(pod("200m", "10Mi"), "c3");

    assertEquals("1", Files.readString(lost).strip());
    assertEquals("0", Files.readString(other).strip());
  }

  @Test
  void size_onVersionTwo_handsControllersDownAndWritesMaxima() throws IOException {
    file(mount, "cgroup.controllers");
    Files.writeString(mount.resolve("cgroup.controllers"), "cpu io memory rdma\n");
    Path level = mount.resolve("kubepods");
    Files.writeString(file(level, "cgroup.controllers"), "cpu\n");
    Files.writeString(file(level.resolve("burstable"), "cgroup.controllers"), "memory\n");
    Path pod = level.resolve("burstable/podu");
    Path cpu = file(pod, "cpu.max");
    Path memory = file(pod, "memory.max");
    PodCgroups cgroups = new PodCgroups(mount, "/kubepods", false, -1);

    assertEquals("/kubepods/burstable/podu", cgroups.parent(pod("200m", "10Mi")));
    cgroups.size(pod("200m", "10Mi"));

    assertEquals("+memory", Files.readString(mount.resolve("cgroup.subtree_control")));
    assertEquals("+cpu", Files.readString(level.resolve("cgroup.subtree_control")));
    assertEquals("40000 100000", Files.readString(cpu));
    assertEquals(String.valueOf(20 << 20), Files.readString(memory));
  }

  @Test
  void enforce_allPods_areHeldTogetherOnBothVersions() throws IOException {
    Path shares = file(mount.resolve("cpu/kubepods"), "cpu.shares");
    Path memory = file(mount.resolve("memory/kubepods"), "memory.limit_in_bytes");
    Path processes = file(mount.resolve("pids/kubepods"), "pids.max");
    new PodCgroups(mount, "/kubepods", false, 64).enforce(1_500, 1L << 30, -1);
    assertEquals("1536", Files.readString(shares));
    assertEquals(String.valueOf(1L << 30), Files.readString(memory));
    assertEquals("", Files.readString(processes), "one pod's bound is none for all");

    Path unified = mount.resolve("unified");
    Files.writeString(file(unified, "cgroup.controllers"), "memory pids\n");
    Path max = file(unified.resolve("kubepods"), "memory.max");
    Path most = file(unified.resolve("kubepods"), "pids.max");
    new PodCgroups(unified, "/kubepods", false, 64).enforce(1_500, 1L << 30, 30_000);
    assertEquals(String.valueOf(1L << 30), Files.readString(max));
    assertEquals("30000", Files.readString(most));
  }

  @Test
  void size_burstablePods_weighTogetherWhatTheyAskFor() throws IOException {
    Path level = mount.resolve("cpu/kubepods/burstable");
    Path shares = file(level, "cpu.shares");
    PodCgroups cgroups = new PodCgroups(mount, "/kubepods", false, -1);

    cgroups.size(pod("200m", "10Mi"));
    assertEquals("102", Files.readString(shares));

    cgroups.remove(pod("200m", "10Mi"));
    cgroups.size(pod("300m", "10Mi"));
    assertEquals("102", Files.readString(shares));
  }

  @Test
  void removeUnknown_groupsOfEndedPods_goAtTheSecondLook() throws IOException {
    Path level = mount.resolve("memory/kubepods");
    Path left = Files.createDirectories(level.resolve("burstable/podgone"));
    Path known = Files.createDirectories(level.resolve("podhere"));
    Path used = Files.createDirectories(level.resolve("besteffort/podbusy/container"));
    Path runtimes = Files.createDirectories(mount.resolve("cpuset/kubepods/besteffort/podold"));
    Path hybrid = Files.createDirectories(mount.resolve("unified/kubepods/burstable/podgone"));
    PodCgroups cgroups = new PodCgroups(mount, "/kubepods", false, -1);

    cgroups.removeUnknown("here"::equals);
    assertTrue(Files.exists(left), "another agent may just be making it");
    cgroups.removeUnknown("here"::equals);

    assertFalse(Files.exists(left));
    assertFalse(Files.exists(runtimes), "what the OCI runtime made goes too");
    assertFalse(Files.exists(hybrid));
    assertTrue(Files.exists(known));
    assertTrue(Files.exists(used));
    assertTrue(Files.exists(level.resolve("burstable")));
  }

  @Test
  void adopt_afterARestart_countsPodsThatHaveAGroup() throws IOException {
    Path shares = file(mount.resolve("cpu/kubepods/burstable"), "cpu.shares");
    PodCgroups cgroups = new PodCgroups(mount, "/kubepods", false, -1);

    cgroups.adopt(List.of(pod("200m", "10Mi")));
    assertEquals("", Files.readString(shares), "one that has ended weighs nothing");

    Files.createDirectories(mount.resolve("memory/kubepods/burstable/podu"));
    cgroups.adopt(List.of(pod("200m", "10Mi")));
    assertEquals("102", Files.readString(shares));
  }
}
