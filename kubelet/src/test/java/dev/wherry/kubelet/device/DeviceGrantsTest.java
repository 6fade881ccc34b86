package dev.wherry.kubelet.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.placement.CpuSettings;
import dev.wherry.kubelet.placement.MemorySettings;
import dev.wherry.kubelet.placement.NumaNodes;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.kubelet.placement.Placements;
import dev.wherry.kubelet.placement.StateFile;
import dev.wherry.kubelet.placement.Topology;
import dev.wherry.kubelet.placement.TopologyPolicy;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.proto.cri.v1.ContainerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who gets which device (source of the cases: upstream's devicemanager/manager_test.go and
 * topology_hints_test.go).
 */
class DeviceGrantsTest {
  private static final String RESOURCE = DevicePods.RESOURCE;
  private static final String BOOT = "boot-1";

  @TempDir Path folder;
  private final FakePlugin plugin = new FakePlugin();

  private DeviceBook opened(String boot) {
    return new DeviceBook(new StateFile(folder.resolve("devices.json"), 1), boot);
  }

  /** Devices such as {@code a}, {@code b!} that does not work, {@code c@1} near node 1. */
  private DeviceBook book(String... devices) {
    DeviceBook book = opened(BOOT);
    book.came(RESOURCE, plugin);
    tell(book, devices);
    return book;
  }

  private void tell(DeviceBook book, String... devices) {
    List<Device> told = new ArrayList<>();
    for (String one : devices) {
      String[] parts = one.replace("!", "").split("@");
      NumaNodes nodes =
          parts.length == 1 ? NumaNodes.of() : NumaNodes.of(Integer.parseInt(parts[1]));
      told.add(new Device(parts[0], !one.contains("!"), nodes));
    }
    book.told(RESOURCE, plugin, told);
  }

  private static Placements placements(DeviceBook book, TopologyPolicy policy, NumaNodes machine) {
    PlacementSettings settings =
        new PlacementSettings(
            CpuSettings.NONE,
            MemorySettings.NONE,
            policy,
            false,
            false,
            PlacementSettings.NODES_MAX);
    return new Placements(
        List.of(new DeviceGrants(book, machine)),
        settings,
        new Topology(new TreeMap<>(), machine, Map.of()));
  }

  private static Placements placements(DeviceBook book) {
    return placements(book, TopologyPolicy.NONE, NumaNodes.of(0));
  }

  private static Set<String> ids(DeviceBook book, String uid, String container) {
    return book.held(uid, container, RESOURCE).map(DeviceGrant::ids).orElse(Set.of());
  }

  @Test
  void admit_enoughDevices_givesEachContainerItsOwn() throws Exception {
    DeviceBook book = book("a", "b", "c", "d!");
    plugin.liked = List.of("c");
    assertEquals(Optional.empty(), placements(book).admit(DevicePods.pod("p", "m:1", "m:2")));
    assertEquals(Set.of("c"), ids(book, "p", "m0"));
    assertEquals(Set.of("a", "b"), ids(book, "p", "m1"));
    assertEquals(
        List.of(
            "prefer 1 of [a, b, c] with []",
            "allocate [c]",
            "prefer 2 of [a, b] with []",
            "allocate [a, b]"),
        plugin.calls);
  }

  @Test
  void admit_tooFewDevices_refusesAndHoldsNothing() throws Exception {
    DeviceBook book = book("a", "b", "c!");
    Placements placements = placements(book);
    assertEquals(
        Optional.of(
            new Rejection(
                "UnexpectedAdmissionError",
                "Allocate failed due to requested number of devices unavailable for"
                    + " example.com/thing. Requested: 2, Available: 1, which is unexpected")),
        placements.admit(DevicePods.pod("p", "m:1", "m:2")));
    assertEquals(Set.of(), book.inUse(RESOURCE));
    assertEquals(Optional.empty(), placements.admit(DevicePods.pod("q", "m:2")));
  }

  @Test
  void admit_noPluginOrNothingHealthy_refuses() throws Exception {
    DeviceBook book = book("a");
    book.gone(RESOURCE, plugin);
    assertTrue(
        placements(book)
            .admit(DevicePods.pod("p", "m:1"))
            .orElseThrow()
            .message()
            .contains(
                "no healthy devices present; cannot allocate unhealthy devices"
                    + " example.com/thing"));
  }

  @Test
  void admit_pluginRefuses_saysWhatItSaid() throws Exception {
    DeviceBook book = book("a");
    plugin.failure = "rpc error: code = INTERNAL desc = no way";
    assertEquals(
        "Allocate failed due to rpc error: code = INTERNAL desc = no way, which is unexpected",
        placements(book).admit(DevicePods.pod("p", "m:1")).orElseThrow().message());
  }

  @Test
  void admit_unknownResource_isNotOurs() throws Exception {
    assertEquals(Optional.empty(), placements(opened(BOOT)).admit(DevicePods.pod("p", "m:1")));
  }

  @Test
  void admit_initContainers_passTheirDevicesOnButSidecarsKeepThem() throws Exception {
    DeviceBook book = book("a", "b", "c");
    Placements placements = placements(book);
    assertEquals(
        Optional.empty(), placements.admit(DevicePods.pod("p", "i:2", "s:1", "m:1", "m:1")));
    assertEquals(Set.of("a", "b"), ids(book, "p", "i0"));
    assertEquals(Set.of("a"), ids(book, "p", "s1"));
    assertEquals(Set.of("b"), ids(book, "p", "m2"));
    assertEquals(Set.of("c"), ids(book, "p", "m3"));
  }

  @Test
  void release_pod_itsDevicesAreOthers() throws Exception {
    DeviceBook book = book("a");
    Placements placements = placements(book);
    assertEquals(Optional.empty(), placements.admit(DevicePods.pod("p", "m:1")));
    assertTrue(placements.admit(DevicePods.pod("q", "m:1")).isPresent());
    placements.release("p");
    assertEquals(Optional.empty(), placements.admit(DevicePods.pod("q", "m:1")));
    placements.keepOnly(Set.of("other"));
    assertEquals(Set.of(), book.inUse(RESOURCE));
  }

  @Test
  void restart_ofTheAgent_keepsWhatPodsHoldAndDoesNotAskAgain() throws Exception {
    PodView pod = DevicePods.pod("p", "m:1");
    assertEquals(Optional.empty(), placements(book("a", "b")).admit(pod));
    plugin.calls.clear();

    DeviceBook later = opened(BOOT);
    assertEquals("0", later.amounts().get(RESOURCE).capacity().toString());
    DeviceGrants grants = new DeviceGrants(later, NumaNodes.of(0));
    ContainerConfig config =
        grants.use(pod, pod.mains().getFirst(), ContainerConfig.getDefaultInstance());
    assertEquals("a", config.getEnvs(0).getValue().toStringUtf8());
    assertEquals(List.of(), plugin.calls);

    later.came(RESOURCE, plugin);
    tell(later, "a", "b");
    assertEquals(Optional.empty(), placements(later).admit(DevicePods.pod("q", "m:1")));
    assertEquals(Set.of("b"), ids(later, "q", "m0"));
  }

  @Test
  void restart_ofTheMachine_keepsTheDevicesAndAsksThePluginAgain() throws Exception {
    PodView pod = DevicePods.pod("p", "m:1");
    assertEquals(Optional.empty(), placements(book("a", "b")).admit(pod));
    plugin.calls.clear();

    DeviceBook later = opened("boot-2");
    DeviceGrants grants = new DeviceGrants(later, NumaNodes.of(0));
    assertThrows(
        DeviceException.class,
        () -> grants.use(pod, pod.mains().getFirst(), ContainerConfig.getDefaultInstance()));
    later.came(RESOURCE, plugin);
    tell(later, "a", "b");
    var _ = grants.use(pod, pod.mains().getFirst(), ContainerConfig.getDefaultInstance());
    assertEquals(List.of("preStart [a]", "allocate [a]"), plugin.calls);
  }

  @Test
  void restart_damagedFile_countsAsNone() throws Exception {
    assertEquals(Optional.empty(), placements(book("a")).admit(DevicePods.pod("p", "m:1")));
    Path file = folder.resolve("devices.json");
    java.nio.file.Files.writeString(
        file, java.nio.file.Files.readString(file).replace("\"a\"", "\"b\""));
    assertEquals(Set.of(), opened(BOOT).inUse(RESOURCE));
  }

  @Test
  void admit_devicesOnNodes_lieTogetherOrThePodIsRefused() throws Exception {
    NumaNodes machine = NumaNodes.of(0, 1);
    DeviceBook book = book("a@0", "b@1", "c@1");
    Placements single = placements(book, TopologyPolicy.SINGLE_NUMA_NODE, machine);
    assertEquals(Optional.empty(), single.admit(DevicePods.pod("p", "m:2")));
    assertEquals(Set.of("b", "c"), ids(book, "p", "m0"));
    single.release("p");

    assertEquals(
        Optional.of(
            new Rejection(
                "TopologyAffinityError", "Resources cannot be allocated with Topology locality")),
        single.admit(DevicePods.pod("q", "m:3")));
    assertEquals(
        Optional.empty(),
        placements(book, TopologyPolicy.RESTRICTED, machine).admit(DevicePods.pod("q", "m:3")));
  }

  @Test
  void admit_nodeTakenInPart_restrictedRefusesWhatBestEffortTakes() throws Exception {
    NumaNodes machine = NumaNodes.of(0, 1);
    DeviceBook book = book("a@0", "b@0", "c@1", "d@1");
    Placements restricted = placements(book, TopologyPolicy.RESTRICTED, machine);
    assertEquals(Optional.empty(), restricted.admit(DevicePods.pod("p", "m:1", "m:1")));
    assertEquals(Set.of("a"), ids(book, "p", "m0"));
    assertEquals(Set.of("b"), ids(book, "p", "m1"));
    assertEquals(Optional.empty(), restricted.admit(DevicePods.pod("q", "m:1")));
    restricted.release("p");
    assertEquals(Optional.empty(), restricted.admit(DevicePods.pod("r", "m:1")));
    assertTrue(restricted.admit(DevicePods.pod("s", "m:2")).isPresent());
    assertEquals(
        Optional.empty(),
        placements(book, TopologyPolicy.BEST_EFFORT, machine).admit(DevicePods.pod("s", "m:2")));
  }
}
