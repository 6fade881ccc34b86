package dev.wherry.kubelet.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.config.KubeletFile;
import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.model.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is printed can be read as a configuration again, and means the same. */
class ConfigzDocumentTest {
  private static final long MEMORY_BYTES = 4L << 30;
  private static final String FILE =
      """
      {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
       "maxPods": 50, "podPidsLimit": 100, "cgroupDriver": "systemd",
       "evictionHard": {"memory.available": "200Mi", "nodefs.available": "7.5%"},
       "evictionSoft": {"memory.available": "300Mi"},
       "evictionSoftGracePeriod": {"memory.available": "1m30s"},
       "evictionMinimumReclaim": {"memory.available": "10Mi"},
       "systemReserved": {"cpu": "500m", "memory": "100Mi"}, "kubeReserved": {"cpu": "500m"},
       "cpuManagerPolicy": "static", "cpuManagerPolicyOptions": {"full-pcpus-only": "true"},
       "shutdownGracePeriod": "1h0m30s", "shutdownGracePeriodCriticalPods": "10s",
       "memorySwap": {"swapBehavior": "LimitedSwap"}, "seccompDefault": true,
       "containerLogMaxSize": "5Mi", "topologyManagerPolicy": "restricted"}
      """;

  private static JsonNode printed(NodeSettings settings) {
    return printed(settings, true);
  }

  private static JsonNode printed(NodeSettings settings, boolean unified) {
    KubeletConfig config =
        KubeletConfig.of("n", "10.0.0.1", Path.of("/d"), "unix:///cri.sock", "v1")
            .withSettings(settings)
            .withLabelsAndTaints(
                Map.of(), List.of(Taint.builder().key("k").effect("NoSchedule").build()));
    return ConfigzDocument.of(config, true, unified).path("kubeletconfig");
  }

  private static KubeletFile parse(String text) throws Exception {
    NodeSettings defaults = NodeSettings.scaled(MEMORY_BYTES, MEMORY_BYTES);
    return KubeletFile.parse(text.getBytes(StandardCharsets.UTF_8), defaults, 4);
  }

  @Test
  void of_configuredNode_printsWhatMeansTheSame() throws Exception {
    NodeSettings settings = parse(FILE).settings();
    ObjectNode tree = printed(settings).deepCopy();
    tree.put("apiVersion", "kubelet.config.k8s.io/v1beta1").put("kind", "KubeletConfiguration");
    KubeletFile again = parse(new String(Json.write(tree), StandardCharsets.UTF_8));
    assertEquals(settings, again.settings());
    assertEquals("k", again.taints().getFirst().key());
    assertEquals(
        List.of(), again.warnings().stream().filter(w -> !w.contains("Endpoint")).toList());
  }

  @Test
  void of_cgroupVersionOne_saysWhatHoldsThereWhateverIsConfigured() throws Exception {
    NodeSettings settings = parse(FILE).settings();
    assertEquals("LimitedSwap", printed(settings, true).at("/memorySwap/swapBehavior").asText());
    assertEquals("NoSwap", printed(settings, false).at("/memorySwap/swapBehavior").asText());
    assertEquals("false", printed(settings, true).path("singleProcessOOMKill").toString());
    assertEquals("true", printed(settings, false).path("singleProcessOOMKill").toString());
  }

  @Test
  void of_nodeWithoutAFile_showsItsOwnDefaultsAndNotUpstreams() throws Exception {
    JsonNode tree = printed(NodeSettings.scaled(MEMORY_BYTES, 1L << 40));
    assertEquals("256Mi", tree.at("/systemReserved/memory").asText());
    assertEquals("10Gi", tree.at("/evictionHard/nodefs.available").asText());
    assertEquals("15Gi", tree.at("/evictionHard/imagefs.available").asText());
    assertEquals("100Mi", tree.at("/evictionHard/memory.available").asText());
    assertEquals(110, tree.path("maxPods").asInt());
    JsonNode small = printed(NodeSettings.scaled(256L << 20, 1L << 30));
    assertEquals("64Mi", small.at("/evictionHard/memory.available").asText());
    assertEquals("10%", small.at("/evictionHard/nodefs.available").asText());
  }

  @Test
  void of_anyNode_hasUpstreamsForms() throws Exception {
    JsonNode tree = printed(parse(FILE).settings());
    assertEquals("\"1h0m30s\"", tree.path("shutdownGracePeriod").toString());
    assertEquals("\"7.5%\"", tree.at("/evictionHard/nodefs.available").toString());
    assertEquals("\"1\"", tree.at("/systemReserved/cpu").toString());
    assertEquals("\"Webhook\"", tree.at("/authorization/mode").toString());
    assertEquals("false", tree.at("/authentication/anonymous/enabled").toString());
  }
}
