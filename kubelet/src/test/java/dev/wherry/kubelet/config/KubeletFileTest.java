package dev.wherry.kubelet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.eviction.Signal;
import dev.wherry.kubelet.placement.CpuSet;
import dev.wherry.kubelet.placement.CpuSettings;
import dev.wherry.kubelet.placement.MemorySettings;
import dev.wherry.kubelet.placement.PlacementSettings;
import dev.wherry.kubelet.placement.TopologyPolicy;
import dev.wherry.model.Quantity;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KubeletFileTest {
  private static final String HEAD =
      "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
  private static final NodeSettings DEFAULTS = NodeSettings.scaled(512L << 20, 8L << 30);

  private static KubeletFile parse(String text) throws KubeletFileException {
    return KubeletFile.parse((HEAD + text).getBytes(StandardCharsets.UTF_8), DEFAULTS, 2);
  }

  private static String refusal(String text) {
    return String.valueOf(assertThrows(KubeletFileException.class, () -> parse(text)).getMessage());
  }

  @Test
  void scaled_512MiB_leavesMoreThan250MiBToPods() {
    long reserved = DEFAULTS.reserved().get("memory").value();
    long kept = DEFAULTS.eviction().kept(Signal.MEMORY_AVAILABLE, 512L << 20);
    assertTrue((512L << 20) - reserved - kept >= 250L << 20, reserved + " " + kept);
  }

  @Test
  void parse_emptyFile_isTheDefaults() throws Exception {
    assertEquals(DEFAULTS, parse("").settings());
  }

  @Test
  void parse_honouredFields_takeEffect() throws Exception {
    KubeletFile file =
        parse(
            """
            staticPodPath: /etc/kubernetes/manifests
            maxPods: 50
            podsPerCore: 10
            podPidsLimit: 512
            seccompDefault: true
            singleProcessOOMKill: true
            allowedUnsafeSysctls: ["kernel.msg*"]
            systemReserved: {memory: 100Mi, cpu: 100m}
            kubeReserved: {memory: 28Mi}
            imageGCHighThresholdPercent: 70
            imageGCLowThresholdPercent: 60
            containerLogMaxSize: 1Mi
            containerLogMaxFiles: 3
            clusterDNS: [10.0.0.10]
            clusterDomain: example.org
            port: 10260
            authentication: {anonymous: {enabled: false}, x509: {clientCAFile: /ca}}
            registerWithTaints: [{key: a, effect: NoSchedule}]
            evictionHard: {memory.available: 200Mi, nodefs.available: "0%"}
            evictionSoft: {memory.available: 300Mi}
            evictionSoftGracePeriod: {memory.available: 1m30s}
            evictionMinimumReclaim: {memory.available: 10Mi}
            evictionPressureTransitionPeriod: 30s
            evictionMaxPodGracePeriod: 7
            syncFrequency: 1m
            userNamespaces: {idsPerPod: 131072}
            """);
    NodeSettings settings = file.settings();
    assertEquals(20, settings.maxPods());
    assertEquals(131_072, settings.idsPerPod());
    assertEquals(512, settings.pidsMax());
    assertTrue(settings.singleOomKill());
    assertEquals(Quantity.parse("128Mi"), settings.reserved().get("memory"));
    assertEquals(
        List.of("memory.available 0", "memory.available 90"),
        settings.eviction().thresholds().stream()
            .map(t -> t.signal().text() + " " + t.grace().toSeconds())
            .toList());
    assertEquals(10L << 20, settings.eviction().thresholds().getFirst().reclaim().absolute());
    assertEquals(Duration.ofSeconds(30), settings.eviction().transition());
    assertEquals(Duration.ofSeconds(7), settings.eviction().graceMax());
    assertEquals(List.of("kernel.msg*"), settings.unsafeSysctls());
    assertEquals("/etc/kubernetes/manifests", settings.staticPods());
    assertEquals(new NodeSettings.ImageLimits(70, 60), settings.images());
    assertEquals(new NodeSettings.LogLimits(1 << 20, 3), settings.logs());
    assertEquals(10_260, file.port().orElse(0));
    assertEquals(List.of("10.0.0.10"), file.clusterDns());
    assertEquals("NoSchedule", file.taints().getFirst().effect());
    assertEquals(
        List.of(
            "authentication.x509.clientCAFile has no effect on this agent",
            "syncFrequency has no effect on this agent"),
        file.warnings());
  }

  @Test
  void parse_shutdownAndEnforcement_takeEffect() throws Exception {
    NodeSettings usual = parse("").settings();
    assertTrue(usual.enforced());
    assertEquals(
        List.of(20L, 10L), usual.shutdown().stream().map(s -> s.grace().toSeconds()).toList());

    NodeSettings own =
        parse(
                """
                enforceNodeAllocatable: [none]
                shutdownGracePeriod: 1m
                shutdownGracePeriodCriticalPods: 15s
                """)
            .settings();
    assertFalse(own.enforced());
    assertEquals(
        List.of(
            new ShutdownStep(0, Duration.ofSeconds(45)),
            new ShutdownStep(2_000_000_000, Duration.ofSeconds(15))),
        own.shutdown());
    assertEquals(List.of(), parse("shutdownGracePeriod: 0s\n").settings().shutdown());
    assertEquals(
        "enforceNodeAllocatable: must be [pods] or [none]; "
            + "shutdownGracePeriodCriticalPods: must be at most shutdownGracePeriod",
        refusal(
            "enforceNodeAllocatable: [pods, kube-reserved]\n"
                + "shutdownGracePeriod: 10s\nshutdownGracePeriodCriticalPods: 20s\n"));
  }

  @Test
  void parse_memorySwap_isNoneUnlessLimited() throws Exception {
    assertFalse(parse("").settings().limitedSwap());
    assertTrue(parse("memorySwap: {swapBehavior: LimitedSwap}\n").settings().limitedSwap());
    assertFalse(parse("memorySwap: {swapBehavior: NoSwap}\n").settings().limitedSwap());
    assertThrows(
        KubeletFileException.class, () -> parse("memorySwap: {swapBehavior: UnlimitedSwap}\n"));
  }

  @Test
  void parse_evictionHardWithDefaults_mergesThem() throws Exception {
    Map<String, Integer> counts = Map.of("", 5, "evictionHard: {memory.available: 1Mi}\n", 1);
    for (Map.Entry<String, Integer> one : counts.entrySet()) {
      assertEquals(one.getValue(), parse(one.getKey()).settings().eviction().thresholds().size());
    }
    assertEquals(
        5,
        parse("evictionHard: {memory.available: 1Mi}\nmergeDefaultEvictionSettings: true\n")
            .settings()
            .eviction()
            .thresholds()
            .size());
  }

  @Test
  void parse_cpusAndTopology_takeEffect() throws Exception {
    NodeSettings settings =
        parse(
                """
                cpuManagerPolicy: static
                cpuManagerPolicyOptions: {full-pcpus-only: "true", strict-cpu-reservation: "false"}
                reservedSystemCPUs: 0,2-3
                memoryManagerPolicy: Static
                reservedMemory:
                - {numaNode: 0, limits: {memory: 1Mi}}
                - {numaNode: 1, limits: {memory: 2Mi}}
                topologyManagerPolicy: single-numa-node
                topologyManagerScope: pod
                topologyManagerPolicyOptions:
                  {prefer-closest-numa-nodes: "true", max-allowable-numa-nodes: "16"}
                """)
            .settings();
    assertEquals(
        new PlacementSettings(
            new CpuSettings(true, 3, CpuSet.of(0, 2, 3), true, false),
            new MemorySettings(true, Map.of(0, 1L << 20, 1, 2L << 20)),
            TopologyPolicy.SINGLE_NUMA_NODE,
            true,
            true,
            16),
        settings.placement());
    assertEquals("3", settings.reserved().get("cpu").toString());
    assertEquals(
        2,
        parse("cpuManagerPolicy: static\nsystemReserved: {cpu: 1200m}\n")
            .settings()
            .placement()
            .cpus()
            .reserved());
  }

  @Test
  void parse_cpusAndTopologyWrong_isToldByName() {
    String all =
        refusal(
            """
            cpuManagerPolicy: static
            cpuManagerPolicyOptions: {align-by-socket: "true", full-pcpus-only: "yes"}
            memoryManagerPolicy: static
            reservedMemory: [{numaNode: 0, limits: {memory: 1Mi, hugepages-2Mi: 2Mi}}]
            topologyManagerPolicy: strict
            topologyManagerScope: node
            topologyManagerPolicyOptions: {max-allowable-numa-nodes: "4"}
            """);
    for (String one :
        List.of(
            "cpuManagerPolicy: static needs systemReserved.cpu",
            "cpuManagerPolicyOptions: option \"align-by-socket\" is not supported",
            "cpuManagerPolicyOptions[full-pcpus-only]: must be \"true\" or \"false\"",
            "memoryManagerPolicy: must be None or Static",
            "reservedMemory: every node stands once with a limit of memory alone",
            "topologyManagerPolicy: \"strict\" is none of",
            "topologyManagerScope: must be container or pod",
            "max-allowable-numa-nodes]: must be from 8 to 64")) {
      assertTrue(all.contains(one), () -> one + "\nin " + all);
    }
    assertTrue(refusal("reservedSystemCPUs: 3-1\n").contains("is no list of CPUs"));
  }

  @Test
  void parse_whatIsWrong_isAllToldByName() {
    String all =
        refusal(
            """
            nonsense: 1
            maxPods: "many"
            cpuManagerPolicy: dynamic
            readOnlyPort: 10255
            authentication: {anonymous: {enabled: true, loud: 1}}
            evictionHard: {moon.available: 1Mi, memory.available: 120%}
            evictionSoft: {nodefs.available: 10%}
            imageGCHighThresholdPercent: 50
            """);
    for (String one :
        List.of(
            "unknown field \"nonsense\"",
            "maxPods: must be a whole number from 1 to 2147483647",
            "cpuManagerPolicy: must be none or static",
            "readOnlyPort: 10255 is not supported, only 0",
            "authentication.anonymous.enabled: true is not supported, only false",
            "unknown field \"authentication.anonymous.loud\"",
            "evictionHard: unsupported eviction signal moon.available",
            "evictionHard[memory.available]: \"120%\" is neither",
            "grace period must be specified for evictionSoft[nodefs.available]",
            "imageGCLowThresholdPercent: must be less")) {
      assertTrue(all.contains(one), () -> one + "\nin " + all);
    }
    assertTrue(refusal("maxPods: 1\nmaxPods: 2\n").contains("maxPods"));
    assertEquals(
        "userNamespaces.idsPerPod: must be a multiple of 65536 below 4294967296",
        refusal("userNamespaces: {idsPerPod: 65537}\n"));
    assertEquals(
        "userNamespaces: unknown field \"ids\"", refusal("userNamespaces: {ids: 65536}\n"));
    assertThrows(
        KubeletFileException.class, () -> KubeletFile.parse("kind: Pod".getBytes(), DEFAULTS, 1));
  }
}
