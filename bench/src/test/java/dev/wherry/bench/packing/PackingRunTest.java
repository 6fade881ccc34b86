package dev.wherry.bench.packing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The slice of the comparison that runs in every build: the typical cluster, one seed. */
class PackingRunTest {
  private static PackingRun.Figures figures(String strategy) {
    return PackingRun.of(Trace.typical(), Strategies.all().get(strategy), 1);
  }

  @Test
  void of_typicalCluster_fragmentationGivesMoreGpusAwayThanPacking() {
    PackingRun.Figures packed = figures("most allocated (default)");
    PackingRun.Figures whole = figures("fragmentation");

    assertTrue(whole.atEnd() > packed.atEnd(), whole + " " + packed);
    assertTrue(whole.atEnd() > 0.99, whole.toString());
  }

  @Test
  void of_typicalCluster_packingLeavesMoreNodesEmptyThanSpreading() {
    PackingRun.Figures packed = figures("most allocated (default)");
    PackingRun.Figures spread = figures("least allocated");

    assertTrue(packed.nodesAtHalf() * 3 < spread.nodesAtHalf() * 2, packed + " " + spread);
  }
}
