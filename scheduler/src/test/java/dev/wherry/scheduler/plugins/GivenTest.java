package dev.wherry.scheduler.plugins;

import static dev.wherry.scheduler.Fixtures.evenly;
import static dev.wherry.scheduler.Fixtures.node;
import static dev.wherry.scheduler.Fixtures.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.scheduler.Fixtures.PodBuilder;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.FilterPlugin.NodeFilter;
import dev.wherry.scheduler.framework.FilterPlugin.Prepared;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A filter told of another node says what one says that was prepared with that node. */
class GivenTest {
  private static final List<String> APPS = List.of("web", "db");
  private static final List<String> KEYS = List.of("zone", "host");

  @Property(tries = 500)
  void given_otherPodsOnANode_saysWhatAFreshFilterSays(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ClusterSnapshot snapshot = ClusterSnapshot.EMPTY;
    for (int i = 0; i < 4; i++) {
      NodeView node = node("n" + i).label("host", "n" + i).label("zone", "z" + i % 2).build();
      for (int p = random.nextInt(4); p > 0; p--) {
        node = node.with(anyPod(random, "p" + i + "-" + p));
      }
      snapshot = snapshot.with(node);
    }
    PodView asks =
        builder(random, "asks").spread(evenly(1, any(random, KEYS), "app", "web")).build();
    NodeView before = snapshot.at(random.nextInt(4));
    NodeView now = otherwise(random, before);
    for (FilterPlugin plugin :
        List.of(new InterPodAffinity(1, false), new PodTopologySpread(SpreadDefaults.NONE))) {
      Verdict fresh = test(plugin.prepare(asks, snapshot.with(now)), now);
      Prepared prepared = plugin.prepare(asks, snapshot);
      Verdict told =
          prepared instanceof Prepared.Check(NodeFilter filter)
              ? filter.given(before, now).test(now)
              : Verdict.FITS;
      boolean more = now.pods().stream().anyMatch(pod -> pod.key().name().equals("more"));
      // As upstream: a filter that a pod has no use for does not look at pods yet to come.
      if (prepared instanceof Prepared.Check || !more) {
        assertEquals(fresh, told, plugin.name());
      }
    }
  }

  private static Verdict test(Prepared prepared, NodeView node) {
    return prepared instanceof Prepared.Check(NodeFilter filter) ? filter.test(node) : Verdict.FITS;
  }

  /** Without some of its pods, and perhaps with another one. */
  private static NodeView otherwise(SplittableRandom random, NodeView node) {
    List<PodView> kept = new ArrayList<>(node.pods());
    kept.removeIf(pod -> random.nextBoolean());
    NodeView now = node.keeping(kept);
    return random.nextInt(3) == 0 ? now.with(anyPod(random, "more")) : now;
  }

  private static PodView anyPod(SplittableRandom random, String name) {
    return builder(random, name).build();
  }

  private static PodBuilder builder(SplittableRandom random, String name) {
    PodBuilder builder = pod(name).label("app", any(random, APPS));
    if (random.nextInt(3) == 0) {
      builder.far(any(random, KEYS), "app", any(random, APPS));
    }
    if (random.nextInt(3) == 0) {
      builder.near(any(random, KEYS), "app", any(random, APPS));
    }
    return builder;
  }

  private static String any(SplittableRandom random, List<String> list) {
    return list.get(random.nextInt(list.size()));
  }
}
