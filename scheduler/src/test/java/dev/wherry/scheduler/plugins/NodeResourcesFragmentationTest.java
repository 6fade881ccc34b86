package dev.wherry.scheduler.plugins;

import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.scheduler.framework.ScorePlugin.NodeScorer;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeResourcesFragmentationTest {
  private static final String GPU = "example.com/gpu";

  private final NodeResourcesFragmentation plugin = new NodeResourcesFragmentation();

  private long[] scores(PodView pod, NodeView... nodes) {
    ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
    for (NodeView node : nodes) {
      snapshot = snapshot.with(node);
    }
    NodeScorer scorer = plugin.prepare(pod, List.of(nodes), snapshot).orElseThrow();
    long[] scores = new long[nodes.length];
    for (int i = 0; i < nodes.length; i++) {
      scores[i] = scorer.score(nodes[i]);
    }
    scorer.normalize(scores);
    return scores;
  }

  /** A node that runs pods of both sorts says what is usual; it has no room itself. */
  private static NodeView usual() {
    NodeView node = node("usual").has(11_000, 100, GPU, 1).build();
    return node.with(pod("trains").asks(8_000, 10, GPU, 1).build())
        .with(pod("serves").asks(3_000, 10).build());
  }

  @Test
  void score_podWithoutGpu_leavesProcessorsBesideTheGpu() {
    NodeView gpus = node("gpus").has(10_000, 100, GPU, 1).build();
    NodeView plain = node("plain").has(20_000, 100).build();

    long[] scores = scores(pod("p").asks(3_000, 10).build(), usual(), gpus, plain);

    assertTrue(scores[2] > scores[1], scores[2] + " beside " + scores[1]);
  }

  @Test
  void score_twoNodesAlike_isTheSame() {
    long[] scores =
        scores(
            pod("p").asks(3_000, 10).build(),
            node("a").has(10_000, 100).build(),
            node("b").has(10_000, 100).build());

    assertEquals(scores[0], scores[1]);
  }

  @Test
  void prepare_podThatAsksForNothing_hasNothingToRankBy() {
    assertEquals(
        Optional.empty(),
        plugin.prepare(pod("p").build(), List.of(usual()), ClusterSnapshot.EMPTY.with(usual())));
  }
}
