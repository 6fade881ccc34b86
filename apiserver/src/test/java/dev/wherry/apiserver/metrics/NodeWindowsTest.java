package dev.wherry.apiserver.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.metrics.Reading.PodName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeWindowsTest {
  private static final Instant START = Instant.parse("2026-11-21T19:00:00Z");
  private static final PodName WEB = new PodName("shop", "web-0");

  private Instant now = START;
  private boolean down;
  private final List<String> asked = new ArrayList<>();
  private final NodeWindows windows =
      new NodeWindows(this::page, () -> Set.of("n1"), () -> now, time -> now = now.plus(time));

  /** Half a core since the start, of the node two. */
  private String page(String node) throws IOException {
    asked.add(node);
    if (down) {
      throw new IOException("it is down");
    }
    double seconds = Duration.between(START, now).toMillis() / 1e3;
    long millis = now.toEpochMilli();
    return """
    # TYPE container_cpu_usage_seconds_total counter
    container_cpu_usage_seconds_total{container="app",namespace="shop",pod="web-0"} %s %d
    container_memory_working_set_bytes{container="app",namespace="shop",pod="web-0"} 4.096e+06 %d
    container_start_time_seconds{container="app",namespace="shop",pod="web-0"} %d
    node_cpu_usage_seconds_total %s %d
    node_memory_working_set_bytes 1048576 %d
    resource_scrape_error 0
    """
        .formatted(
            100 + seconds / 2,
            millis,
            millis,
            START.getEpochSecond() - 500,
            1_000 + seconds * 2,
            millis,
            millis);
  }

  private NodeWindow one() {
    return windows.of(Set.of("n1")).get("n1");
  }

  @Test
  void of_firstTime_readsTwiceAMomentApart() {
    NodeWindow window = one();
    assertEquals(List.of("n1", "n1"), asked);
    NodeWindow.Use use = window.node().orElseThrow();
    assertEquals(2_000_000_000L, use.nanoCores());
    assertEquals(NodeWindows.FIRST_WINDOW, use.window());
    assertEquals(500_000_000L, window.pod(WEB).get("app").nanoCores());
    assertEquals(4_096_000, window.pod(WEB).get("app").memoryBytes());
  }

  @Test
  void of_soonAgain_givesTheSame_later_readsOnce() {
    NodeWindow first = one();
    now = now.plusSeconds(5);
    assertEquals(first, one());
    now = now.plusSeconds(10);
    NodeWindow second = one();
    assertEquals(3, asked.size());
    assertEquals(first.after(), second.before());
    assertEquals(Duration.ofSeconds(15), second.node().orElseThrow().window());
  }

  @Test
  void newer_forSomethingNew_readsSooner() {
    one();
    now = now.plusSeconds(1);
    windows.newer(Set.of("n1"));
    assertEquals(2, asked.size());
    now = now.plusSeconds(2);
    windows.newer(Set.of("n1"));
    assertEquals(3, asked.size());
  }

  @Test
  void of_nodeWithoutATunnel_isNotAsked() {
    assertTrue(windows.of(Set.of("n2")).isEmpty());
    assertTrue(asked.isEmpty());
  }

  @Test
  void of_longAfter_beginsAnew() {
    one();
    now = now.plus(NodeWindows.WINDOW_MAX).plusSeconds(1);
    assertEquals(NodeWindows.FIRST_WINDOW, one().node().orElseThrow().window());
    assertEquals(4, asked.size());
  }

  @Test
  void of_nodeDown_isLeftOutAndLeftAlone() {
    down = true;
    assertTrue(windows.of(Set.of("n1")).isEmpty());
    assertTrue(windows.of(Set.of("n1")).isEmpty());
    assertEquals(1, asked.size());
    down = false;
    now = now.plusSeconds(11);
    assertEquals(1, windows.of(Set.of("n1")).size());
  }

  @Test
  void pod_restartedInBetween_countsFromItsStart() {
    Reading.Point before = new Reading.Point(START, Optional.empty(), 9_000_000_000L, 1);
    Reading.Point after =
        new Reading.Point(
            START.plusSeconds(20), Optional.of(START.plusSeconds(10)), 1_000_000_000L, 2);
    NodeWindow window =
        new NodeWindow(reading(START, before), reading(START.plusSeconds(20), after));
    assertEquals(100_000_000L, window.pod(WEB).get("app").nanoCores());
    Reading.Point young =
        new Reading.Point(
            START.plusSeconds(20), Optional.of(START.plusSeconds(18)), 1_000_000_000L, 2);
    assertTrue(
        new NodeWindow(reading(START, before), reading(START.plusSeconds(20), young))
            .pod(WEB)
            .isEmpty());
  }

  private static Reading reading(Instant at, Reading.Point point) {
    return new Reading(at, Optional.empty(), Map.of(WEB, Map.of("app", point)));
  }

  @Test
  void parse_oddLines_arePassedOver() {
    Reading reading =
        ReadingParser.parse(
            """
            garbage
            container_cpu_usage_seconds_total{container="a\\"b",namespace="n",pod="p"} 1
            container_memory_working_set_bytes{container="a\\"b",namespace="n",pod="p"} 2
            container_cpu_usage_seconds_total{container="half",namespace="n",pod="q"} 1
            node_cpu_usage_seconds_total not-a-number
            """,
            START);
    assertEquals(Set.of(new PodName("n", "p")), reading.pods().keySet());
    assertEquals(Set.of("a\"b"), reading.pods().get(new PodName("n", "p")).keySet());
    assertTrue(reading.node().isEmpty());
  }

  @Test
  void window_text_isGos() {
    assertEquals("15s", MetricsApi.window(Duration.ofSeconds(15)));
    assertEquals("2.5s", MetricsApi.window(Duration.ofMillis(2_500)));
    assertEquals("1m0.034s", MetricsApi.window(Duration.ofMillis(60_034)));
  }
}
