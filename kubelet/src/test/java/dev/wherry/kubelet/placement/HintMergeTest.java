package dev.wherry.kubelet.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Cases of upstream's topologymanager/policy_test.go. A resource's hints stand between semicolons,
 * as masks of nodes with an exclamation mark where preferred; {@code *} is no wish, {@code -} no
 * way.
 */
class HintMergeTest {
  private static final int NODES = 4;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "",
      textBlock =
          """
          1! ; 1!                       | 1!   | 1!
          2! ; 2!                       | 2!   | 2!
          *! ; 1!                       | 1!   | 1!
          1! 2! ; 1!                    | 1!   | 1!
          1! 2! ; 2!                    | 2!   | 2!
          1! 2! ; 1! 3                  | 1!   | 1!
          1! ; 2!                       | 15   | *
          1! 2! ; 3                     | 1    | *
          - ; 1!                        | 1    | *
          - ; -                         | 15   | *
          *! ; *!                       | 15!  | *!
          3! ; 3!                       | 3!   | *
          1 2 ; 1 2                     | 1    | *
          1 2! ; 1 2!                   | 2!   | 2!
          7! 3! ; 3! 7!                 | 3!   | *
          15 12! ; 12! 15               | 12!  | *
          15! ; 1! 2!                   | 1    | *
          """)
  void merge_hintsOfTwoResources_asUpstream(String resources, String lenient, String single) {
    assertEquals(lenient, merge(TopologyPolicy.BEST_EFFORT, false, resources));
    assertEquals(lenient, merge(TopologyPolicy.RESTRICTED, false, resources));
    assertEquals(single, merge(TopologyPolicy.SINGLE_NUMA_NODE, false, resources));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          3! 5! 9! ; 3! 5! 9!           | 3!   | 9!
          3! 12! ; 3! 12!               | 3!   | 3!
          1! 9! ; 1! 9!                 | 1!   | 1!
          """)
  void merge_closestNodes_ofAsManyTheNearer(String resources, String plain, String closest) {
    assertEquals(plain, merge(TopologyPolicy.RESTRICTED, false, resources));
    assertEquals(closest, merge(TopologyPolicy.RESTRICTED, true, resources));
  }

  private static String merge(TopologyPolicy policy, boolean closest, String resources) {
    Map<String, List<NumaHint>> hints = new LinkedHashMap<>();
    for (String resource : resources.split(";")) {
      hints.put(String.valueOf(hints.size()), hints(resource.strip()));
    }
    NumaHint best =
        HintMerge.merge(
            new PlacementSettings(CpuSettings.NONE, MemorySettings.NONE, policy, false, closest, 8),
            machine(),
            List.of(hints));
    return (best.anywhere() ? "*" : best.nodes().bits()) + (best.preferred() ? "!" : "");
  }

  private static List<NumaHint> hints(String text) {
    List<NumaHint> hints = new ArrayList<>();
    for (String one : text.split(" ")) {
      if (!one.equals("-")) {
        String mask = one.replace("!", "");
        hints.add(
            new NumaHint(
                mask.equals("*") ? NumaNodes.ANY : new NumaNodes(Long.parseLong(mask)),
                one.endsWith("!")));
      }
    }
    return hints;
  }

  /** Four nodes; 0 and 3 are near each other. */
  private static Topology machine() {
    Map<Integer, List<Integer>> distances = new TreeMap<>();
    for (int node = 0; node < NODES; node++) {
      Integer[] line = new Integer[NODES];
      Arrays.fill(line, 20);
      line[node] = 10;
      distances.put(node, Arrays.asList(line));
    }
    distances.put(0, List.of(10, 20, 20, 11));
    distances.put(3, List.of(11, 20, 20, 10));
    return new Topology(new TreeMap<>(), NumaNodes.of(0, 1, 2, 3), distances);
  }
}
