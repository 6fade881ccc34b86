package dev.wherry.kubelet.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.launch.UserNamespaces;
import dev.wherry.kubelet.pod.PodCounts;
import dev.wherry.kubelet.volume.VolumeSpace;
import dev.wherry.machinery.figures.MetricsText;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class FigurePagesTest {
  private static final Instant NOW = Instant.parse("2026-11-21T19:00:00.250Z");
  private static final OptionalLong NONE = OptionalLong.empty();

  @Test
  void resource_onePod_tellsTotalsWithTimes() {
    String page = ResourcePage.of(figures(true));
    String labels = "{container=\"app\",namespace=\"shop\",pod=\"web-0\"} ";
    assertTrue(
        page.contains("container_cpu_usage_seconds_total" + labels + "12.5 1795287600250\n"), page);
    assertTrue(
        page.contains("container_memory_working_set_bytes" + labels + "3000 1795287600250\n"),
        page);
    assertTrue(page.contains("container_start_time_seconds" + labels + "1795287000\n"), page);
    assertTrue(page.contains("node_cpu_usage_seconds_total 900 1795287600250\n"), page);
    assertTrue(
        page.contains("pod_cpu_usage_seconds_total{namespace=\"shop\",pod=\"web-0\"} 12.5 "), page);
    assertTrue(page.contains("# TYPE container_cpu_usage_seconds_total counter\n"), page);
    assertTrue(page.endsWith("resource_scrape_error 0\n"), page);
  }

  @Test
  void resource_runtimeSilent_saysSo() {
    String page = ResourcePage.of(new NodeFigures(NOW, node(), List.of(), false));
    assertTrue(page.endsWith("resource_scrape_error 1\n"), page);
    assertFalse(page.contains("container_cpu"), page);
  }

  @Test
  void cadvisor_onePod_hasTheLabelsOfDashboards() {
    String page = CadvisorPage.of(figures(true));
    assertTrue(
        page.contains(
            "container_cpu_usage_seconds_total{container=\"app\",cpu=\"total\","
                + "id=\"/kubepods/podu-1/c1\",image=\"busybox:1\",name=\"c1\","
                + "namespace=\"shop\",pod=\"web-0\"} 12.5 "),
        page);
    assertTrue(
        page.contains(
            "container_network_receive_bytes_total{container=\"\",id=\"/kubepods/podu-1\","
                + "image=\"\",interface=\"eth0\",name=\"\",namespace=\"shop\",pod=\"web-0\"} 10 "),
        page);
    assertTrue(page.contains("machine_memory_bytes 16000\n"), page);
    assertFalse(page.contains("container_memory_cache"), "what nobody knows is left out");
  }

  @Test
  void summary_brief_leavesOutDisksAndNetworks() {
    ObjectNode full = SummaryDocument.of(figures(true), false);
    ObjectNode brief = SummaryDocument.of(figures(true), true);
    assertEquals(12_500_000_000L, full.at("/pods/0/cpu/usageCoreNanoSeconds").asLong());
    assertEquals("2026-11-21T19:00:00Z", full.at("/pods/0/containers/0/cpu/time").asText());
    assertEquals(700, full.at("/pods/0/containers/0/logs/usedBytes").asLong());
    assertEquals(1_700, full.at("/pods/0/ephemeral-storage/usedBytes").asLong());
    assertEquals("eth0", full.at("/pods/0/network/name").asText());
    assertEquals("node-1", full.at("/node/nodeName").asText());
    assertEquals(1_000, full.at("/node/runtime/containerFs/usedBytes").asLong());
    assertEquals("pods", full.at("/node/systemContainers/1/name").asText());
    assertEquals(13_000, full.at("/node/systemContainers/1/memory/availableBytes").asLong());
    assertTrue(full.at("/pods/0/memory/availableBytes").isMissingNode(), "it has no limit");
    assertTrue(brief.at("/pods/0/network").isMissingNode());
    assertTrue(brief.at("/node/fs").isMissingNode());
    assertEquals(3_000, brief.at("/pods/0/memory/workingSetBytes").asLong());
  }

  @Test
  void volumes_ofClaims_areInTheSummaryAndOnTheKubeletsPage() {
    ObjectNode full = SummaryDocument.of(figures(true), false);
    assertEquals("data", full.at("/pods/0/volume/0/pvcRef/name").asText());
    assertEquals(600, full.at("/pods/0/volume/0/availableBytes").asLong());
    assertTrue(full.at("/pods/0/volume/0/inodes").isMissingNode(), "what nobody knows");
    String page =
        KubeletPage.of(figures(true), "v1.36.0", new PodCounts(), new UserNamespaces.Counts(3, 1));
    assertTrue(page.contains("kubelet_started_user_namespaced_pods_total 3\n"), page);
    assertTrue(page.contains("kubelet_started_user_namespaced_pods_errors_total 1\n"), page);
    assertTrue(
        page.contains(
            "kubelet_volume_stats_used_bytes{namespace=\"shop\",persistentvolumeclaim=\"data\"} 400\n"),
        page);
  }

  @Test
  void labels_oddNames_areEscaped() {
    assertEquals("a=\"x\\\"y\\\\z\\n\"", MetricsText.labels("a", "x\"y\\z\n"));
  }

  @Test
  void rates_twoLooks_tellCores() {
    Rates rates = new Rates();
    assertEquals(NONE, rates.of("c", NOW, 1_000_000_000L));
    assertEquals(OptionalLong.of(500_000_000L), rates.of("c", NOW.plusSeconds(10), 6_000_000_000L));
    assertEquals(
        OptionalLong.of(500_000_000L),
        rates.of("c", NOW.plusSeconds(10).plusMillis(10), 6_100_000_000L),
        "looks close together give the rate before");
    assertEquals(NONE, rates.of("c", NOW.plusSeconds(30), 5), "a counter that fell began anew");
  }

  private static NodeFigures figures(boolean complete) {
    ContainerUse container =
        new ContainerUse(
            "app",
            "c1",
            "busybox:1",
            Optional.of(Instant.parse("2026-11-21T18:50:00Z")),
            NOW,
            new ContainerUse.CpuUse(OptionalLong.of(12_500_000_000L), NONE),
            new ContainerUse.MemoryUse(
                NONE, OptionalLong.of(4_000), OptionalLong.of(3_000), NONE, NONE, NONE),
            new ContainerUse.DiskUse(OptionalLong.of(1_000), NONE),
            700,
            CgroupCounters.unified(Path.of("/nowhere")));
    PodUse pod =
        new PodUse(
            "shop",
            "web-0",
            "u-1",
            Optional.of(Instant.parse("2026-11-21T18:49:00Z")),
            NOW,
            List.of(container),
            List.of(new NetworkUse("eth0", 10, 1, 0, 0, 20, 2, 0, 0)),
            OptionalLong.of(3),
            List.of(
                new VolumeSpace(
                    "v",
                    "data",
                    new VolumeSpace.Figures(
                        OptionalLong.of(1_000), OptionalLong.of(600), OptionalLong.of(400)),
                    VolumeSpace.Figures.UNKNOWN)));
    return new NodeFigures(NOW, node(), List.of(pod), complete);
  }

  private static NodeUse node() {
    return new NodeUse(
        "node-1",
        NOW,
        Instant.EPOCH,
        2,
        16_000,
        900_000_000_000L,
        NONE,
        ContainerUse.MemoryUse.UNKNOWN,
        new NodeUse.Swap(0, 0),
        List.of(),
        new NodeUse.Disk(100, 40),
        NONE,
        new NodeUse.Tasks(100, 32_768),
        new NodeUse.Program(Instant.EPOCH, 1, 2, 3, 4));
  }
}
