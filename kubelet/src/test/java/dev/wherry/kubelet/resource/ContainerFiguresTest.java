package dev.wherry.kubelet.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.LinuxContainerResources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerFiguresTest {
  private static final PodView POD =
      PodView.of(
          Pod.KIND.decode(
              Json.parse(
                  """
                  {"metadata": {"name": "p", "namespace": "n", "uid": "u"},
                   "spec": {"containers": [{"name": "a"}]}}
                  """)));

  private static Map<String, String> unified(boolean killedTogether) {
    var swap = new SwapLimits(SwapLimits.Cgroups.NONE, true, 1L << 30, 1L << 30);
    return new ContainerFigures(1L << 30, -1000, killedTogether, swap)
        .of(POD, POD.all().getFirst().container())
        .getUnifiedMap();
  }

  @Test
  void of_onVersionTwo_endsTheContainerAsAWhole() {
    assertEquals(Map.of("memory.oom.group", "1"), unified(true));
    assertEquals(Map.of(), unified(false));
  }

  private static LinuxContainerResources swapping(
      SwapLimits.Cgroups cgroups, boolean limited, String pod) {
    PodView view = PodView.of(Pod.KIND.decode(Json.parse(pod)));
    var swap = new SwapLimits(cgroups, limited, 1L << 30, 1L << 29);
    return new ContainerFigures(1L << 30, -1000, false, swap)
        .of(view, view.all().getFirst().container());
  }

  private static String pod(String resources, String more) {
    return """
    {"metadata": {"name": "p", "namespace": "n", "uid": "u"},
     "spec": {"containers": [{"name": "a", "resources": %s}] %s}}
    """
        .formatted(resources, more);
  }

  @Test
  void swap_limitedOnVersionTwo_isTheRequestsShare() {
    var unified = SwapLimits.Cgroups.UNIFIED;
    String burstable = pod("{\"requests\": {\"memory\": \"256Mi\"}}", "");
    String share = Long.toString(128L << 20);
    assertEquals(
        Map.of("memory.swap.max", share), swapping(unified, true, burstable).getUnifiedMap());
    for (String none :
        List.of(
            pod("{}", ""),
            pod("{\"limits\": {\"memory\": \"256Mi\", \"cpu\": \"1\"}}", ""),
            pod("{\"requests\": {\"cpu\": \"1\"}}", ""),
            pod("{\"requests\": {\"memory\": \"256Mi\"}}", ", \"priority\": 2000000000"))) {
      assertEquals(
          Map.of("memory.swap.max", "0"), swapping(unified, true, none).getUnifiedMap(), none);
    }
    assertEquals(
        Map.of("memory.swap.max", "0"), swapping(unified, false, burstable).getUnifiedMap());
  }

  @Test
  void swap_onVersionOne_isNoneBesideAMemoryLimit() {
    var told =
        swapping(SwapLimits.Cgroups.LEGACY, true, pod("{\"limits\": {\"memory\": \"1Mi\"}}", ""));
    assertEquals(1L << 20, told.getMemorySwapLimitInBytes());
    assertEquals(Map.of(), told.getUnifiedMap());
  }
}
