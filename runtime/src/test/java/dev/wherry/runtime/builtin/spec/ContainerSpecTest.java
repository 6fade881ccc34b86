package dev.wherry.runtime.builtin.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.wherry.proto.cri.v1.Capability;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.IDMapping;
import dev.wherry.proto.cri.v1.Int64Value;
import dev.wherry.proto.cri.v1.KeyValue;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import dev.wherry.proto.cri.v1.LinuxContainerSecurityContext;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.MountPropagation;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.SecurityProfile;
import dev.wherry.proto.cri.v1.Signal;
import dev.wherry.proto.cri.v1.SupplementalGroupsPolicy;
import dev.wherry.runtime.OomScore;
import dev.wherry.runtime.builtin.ImageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CRI's words and what containerd's CRI plugin makes of them, field by field. */
class ContainerSpecTest {
  private static final ImageConfig IMAGE =
      new ImageConfig(
          "sha256:1",
          List.of("PATH=/image", "A=image"),
          List.of("/entry"),
          List.of("cmd"),
          "/work",
          "alice",
          Optional.of("SIGQUIT"),
          Map.of());
  private static final HostFacts V1 = host(false, true);
  private static final HostFacts V2 = host(true, false);

  @TempDir Path root;

  private static HostFacts host(boolean unified, boolean swap) {
    return new HostFacts(
        unified,
        swap,
        unified,
        new AppArmor(false, "", Path.of("/none")),
        List.of("CAP_KILL", "CAP_SYS_ADMIN"),
        new OomScore(-1000));
  }

  @BeforeEach
  void layOutTheImage() throws IOException {
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(
        root.resolve("etc/passwd"), "root:x:0:0::/:\nalice:x:1234:1235::/:\nbob:x:7:8::/:\n");
    Files.writeString(
        root.resolve("etc/group"), "root:x:0:\nwheel:x:50:alice,bob\naudio:x:51:bob\n");
  }

  private JsonNode spec(HostFacts host, Consumer<ContainerConfig.Builder> change)
      throws IOException {
    var config = ContainerConfig.newBuilder();
    change.accept(config);
    PodPlace pod =
        new PodPlace(
            42, Path.of("/run/pod"), Path.of("/run/pod/shm"), "web-0", "/kube/pod1", false);
    return new ContainerSpec("c1", config.build(), IMAGE, pod, root, Map.of(), 99, true, host)
        .build()
        .tree();
  }

  private JsonNode secured(Consumer<LinuxContainerSecurityContext.Builder> change)
      throws IOException {
    return spec(V1, c -> change.accept(c.getLinuxBuilder().getSecurityContextBuilder()));
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static JsonNode find(JsonNode list, String field, String value) {
    for (JsonNode item : list) {
      if (item.path(field).asText().equals(value)) {
        return item;
      }
    }
    throw new AssertionError("no " + value + " in " + list);
  }

  @Test
  void command_ofPodAndImage_areJoinedAsKubernetesSays() throws IOException {
    assertEquals(List.of("/entry", "cmd"), texts(spec(V1, c -> {}).at("/process/args")));
    assertEquals(List.of("/entry", "x"), texts(spec(V1, c -> c.addArgs("x")).at("/process/args")));
    assertEquals(List.of("/own"), texts(spec(V1, c -> c.addCommand("/own")).at("/process/args")));
    assertEquals(
        List.of("/own", "x"),
        texts(spec(V1, c -> c.addCommand("/own").addArgs("x")).at("/process/args")));
  }

  @Test
  void environment_ofThePod_overridesTheImages() throws IOException {
    JsonNode spec =
        spec(
            V1,
            c ->
                c.setTty(true)
                    .addEnvs(
                        KeyValue.newBuilder().setKey("A").setValue(ByteString.copyFromUtf8("한"))));
    assertEquals(
        List.of("PATH=/image", "TERM=xterm", "HOSTNAME=web-0", "A=한"),
        texts(spec.at("/process/env")));
    assertEquals("/work", spec.at("/process/cwd").asText());
    assertTrue(spec.at("/process/terminal").asBoolean());
  }

  @Test
  void user_byNameNumberOrImage_isLookedUpInTheRoot() throws IOException {
    assertUser("1234:1235:[1235,50]", secured(s -> {}));
    assertUser("7:8:[8,50,51]", secured(s -> s.setRunAsUsername("bob")));
    assertUser("7:8:[8,50,51]", secured(s -> s.setRunAsUser(number(7))));
    assertUser(
        "500:600:[600,9]",
        secured(
            s -> s.setRunAsUser(number(500)).setRunAsGroup(number(600)).addSupplementalGroups(9)));
    assertUser(
        "7:8:[8,9]",
        secured(s ->
            s.setRunAsUser(number(7))
                .addSupplementalGroups(9)
                .setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict)));
    assertThrows(
        IllegalArgumentException.class, () -> secured(s -> s.setRunAsUsername("nobody-here")));
  }

  private static Int64Value number(long value) {
    return Int64Value.newBuilder().setValue(value).build();
  }

  private static void assertUser(String expected, JsonNode spec) {
    JsonNode user = spec.at("/process/user");
    assertEquals(
        expected, user.path("uid") + ":" + user.path("gid") + ":" + user.path("additionalGids"));
  }

  @Test
  void passwd_thatIsALinkOut_isReadInsideTheRoot() throws IOException {
    Files.delete(root.resolve("etc/passwd"));
    Files.createSymbolicLink(root.resolve("etc/passwd"), Path.of("../../../../etc/elsewhere"));
    assertEquals(root.resolve("etc/elsewhere"), RootFiles.resolve(root, "/etc/passwd"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("/loop"));
    assertThrows(IOException.class, () -> RootFiles.resolve(root, "/loop/x"));
    assertThrows(IllegalArgumentException.class, () -> secured(s -> {}));
  }

  @Test
  void capabilities_addedAndDropped_areExceptionsFromAll() throws IOException {
    assertEquals(14, capabilities(secured(s -> {})).size());
    assertEquals(
        List.of(),
        capabilities(secured(s -> s.setCapabilities(caps().addDropCapabilities("ALL")))));
    assertEquals(
        List.of("CAP_NET_ADMIN"),
        capabilities(
            secured(s ->
                s.setCapabilities(
                    caps().addDropCapabilities("all").addAddCapabilities("NET_ADMIN")))));
    List<String> more =
        capabilities(
            secured(s ->
                s.setCapabilities(
                    caps().addAddCapabilities("ALL").addDropCapabilities("CAP_KILL"))));
    assertTrue(more.contains("CAP_SYS_ADMIN"));
    assertFalse(more.contains("CAP_KILL"));
    assertEquals(V1.capabilities(), capabilities(secured(s -> s.setPrivileged(true))));
    assertThrows(
        IllegalArgumentException.class,
        () -> secured(s -> s.setCapabilities(caps().addAddCapabilities("FLY"))));
  }

  private static Capability.Builder caps() {
    return Capability.newBuilder();
  }

  private static List<String> capabilities(JsonNode spec) {
    return texts(spec.at("/process/capabilities/effective"));
  }

  @Test
  void namespaces_areTheSandboxsButForMountsAndPids() throws IOException {
    JsonNode shared = spec(V1, c -> {}).at("/linux/namespaces");
    assertEquals("/proc/42/ns/net", find(shared, "type", "network").path("path").asText());
    assertEquals("/proc/42/ns/pid", find(shared, "type", "pid").path("path").asText());
    assertFalse(find(shared, "type", "mount").has("path"));
    assertFalse(find(pids(NamespaceMode.CONTAINER), "type", "pid").has("path"));
    assertEquals(
        "/proc/99/ns/pid", find(pids(NamespaceMode.TARGET), "type", "pid").path("path").asText());
    assertThrows(AssertionError.class, () -> find(pids(NamespaceMode.NODE), "type", "pid"));
    find(spec(V2, c -> {}).at("/linux/namespaces"), "type", "cgroup");
  }

  private JsonNode pids(NamespaceMode mode) throws IOException {
    return secured(s -> s.setNamespaceOptions(NamespaceOption.newBuilder().setPid(mode)))
        .at("/linux/namespaces");
  }

  @Test
  void resources_onBothCgroupVersions_areWhatTheKernelHas() throws IOException {
    LinuxContainerResources wanted =
        LinuxContainerResources.newBuilder()
            .setCpuShares(512)
            .setCpuQuota(50_000)
            .setCpuPeriod(100_000)
            .setCpusetCpus("0-1")
            .setMemoryLimitInBytes(64 << 20)
            .putUnified("memory.oom.group", "1")
            .setOomScoreAdj(-997)
            .build();
    JsonNode one = spec(V1, c -> c.getLinuxBuilder().setResources(wanted));
    JsonNode limits = one.at("/linux/resources");
    assertEquals(
        "{\"shares\":512,\"quota\":50000,\"period\":100000,\"cpus\":\"0-1\"}",
        limits.path("cpu").toString());
    assertEquals("{\"limit\":67108864,\"swap\":67108864}", limits.path("memory").toString());
    assertFalse(limits.has("unified"));
    assertEquals(-997, one.at("/process/oomScoreAdj").asInt());
    assertEquals("/kube/pod1/c1", one.at("/linux/cgroupsPath").asText());
    JsonNode two = spec(V2, c -> c.getLinuxBuilder().setResources(wanted)).at("/linux/resources");
    assertEquals("{\"limit\":67108864}", two.path("memory").toString());
    assertEquals("1", two.at("/unified/memory.oom.group").asText());
  }

  @Test
  void mounts_ofThePod_replaceTheRuntimesOwn() throws IOException {
    Path source = Files.createDirectories(root.resolve("source"));
    JsonNode spec =
        spec(
            V1,
            c ->
                c.addMounts(mount(source, "/etc/hosts"))
                    .addMounts(mount(source, "/data/deep").setReadonly(true))
                    .addMounts(mount(source, "/data"))
                    .addMounts(mount(source, "/all").setReadonly(true).setRecursiveReadOnly(true)));
    JsonNode mounts = spec.at("/mounts");
    assertEquals(
        source.toString(), find(mounts, "destination", "/etc/hosts").path("source").asText());
    assertEquals(
        List.of("rbind", "rprivate", "ro"),
        texts(find(mounts, "destination", "/data/deep").path("options")));
    assertEquals(
        List.of("rbind", "rprivate", "rro"),
        texts(find(mounts, "destination", "/all").path("options")));
    assertEquals("/run/pod/shm", find(mounts, "destination", "/dev/shm").path("source").asText());
    var order = new ArrayList<String>();
    mounts.forEach(mount -> order.add(mount.path("destination").asText()));
    assertTrue(order.indexOf("/data") < order.indexOf("/data/deep"), order.toString());
    assertTrue(texts(find(mounts, "destination", "/sys").path("options")).contains("ro"));
  }

  private static Mount.Builder mount(Path source, String inside) {
    return Mount.newBuilder().setHostPath(source.toString()).setContainerPath(inside);
  }

  @Test
  void mount_thatCannotBeHad_isRefusedWithItsPath() {
    IDMapping one = IDMapping.newBuilder().setLength(1).build();
    assertRefused("one range", m -> m.addUidMappings(one));
    assertRefused("not those of the pod", m -> m.addUidMappings(one).addGidMappings(one));
    assertRefused("read-only", m -> m.setRecursiveReadOnly(true));
    assertRefused("no host path", m -> m.setHostPath(""));
    assertRefused(
        "shared",
        m -> m.setHostPath("/proc/sys").setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL));
  }

  private void assertRefused(String why, Consumer<Mount.Builder> change) {
    Mount.Builder mount = mount(root, "/m");
    change.accept(mount);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> spec(V1, c -> c.addMounts(mount)));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
    assertTrue(String.valueOf(refused.getMessage()).startsWith("mount /m: "));
  }

  @Test
  void seccomp_byProfileType_isOnOrOff() throws IOException {
    assertFalse(secured(s -> {}).path("linux").has("seccomp"));
    JsonNode usual = secured(s -> s.setSeccomp(SecurityProfile.getDefaultInstance()));
    JsonNode profile = usual.at("/linux/seccomp");
    assertEquals("SCMP_ACT_ERRNO", profile.path("defaultAction").asText());
    List<String> always = texts(profile.at("/syscalls/0/names"));
    assertTrue(always.contains("openat2"));
    assertFalse(always.contains("mount"));
    assertTrue(always.contains("chroot"));
    find(profile.path("syscalls"), "errnoRet", "38");
    JsonNode mighty =
        secured(s ->
            s.setSeccomp(SecurityProfile.getDefaultInstance())
                .setCapabilities(caps().addAddCapabilities("SYS_ADMIN")));
    assertTrue(texts(mighty.at("/linux/seccomp/syscalls/0/names")).contains("mount"));
    JsonNode privileged =
        secured(s -> s.setPrivileged(true).setSeccomp(SecurityProfile.getDefaultInstance()));
    assertFalse(privileged.path("linux").has("seccomp"));
    assertTrue(privileged.at("/linux/resources/devices/0/allow").asBoolean());
  }

  @Test
  void cgroupPlace_bySystemd_isASliceAndAScope() {
    CgroupPlace place = CgroupPlace.of("/kubepods.slice/kubepods-burstable.slice", "c1", true);
    assertEquals("kubepods-burstable.slice:wherry:c1", place.path());
    assertEquals("kubepods.slice/kubepods-burstable.slice/wherry-c1.scope", place.directory());
    assertEquals(
        Path.of("/sys/fs/cgroup/memory/a/c1/memory.oom_control"),
        CgroupPlace.of("/a", "c1", false).memoryKills(false));
  }

  @Test
  void signals_byNameAndNumber_areTheKernels() {
    assertEquals(Signal.SIGQUIT, Signals.stop(Signal.RUNTIME_DEFAULT, IMAGE.stopSignal()));
    assertEquals(Signal.SIGUSR1, Signals.stop(Signal.SIGUSR1, IMAGE.stopSignal()));
    assertEquals(Signal.SIGTERM, Signals.stop(Signal.RUNTIME_DEFAULT, Optional.empty()));
    assertEquals(Signal.SIGRTMINPLUS3, Signals.parse("SIGRTMIN+3"));
    assertEquals(37, Signals.number(Signal.SIGRTMINPLUS3));
    assertEquals(62, Signals.number(Signal.SIGRTMAXMINUS2));
    assertEquals(Signal.SIGTERM, Signals.parse("15"));
    assertEquals(9, Signals.number(Signal.SIGKILL));
  }
}
