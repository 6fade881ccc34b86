package dev.wherry.kubelet.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
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
    return new ContainerFigures(1L << 30, -1000, killedTogether)
        .of(POD, POD.all().getFirst().container())
        .getUnifiedMap();
  }

  @Test
  void of_onVersionTwo_endsTheContainerAsAWhole() {
    assertEquals(Map.of("memory.oom.group", "1"), unified(true));
    assertEquals(Map.of(), unified(false));
  }
}
