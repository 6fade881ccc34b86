package dev.wherry.kubelet.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CgroupFiguresTest {
  @Test
  void figures_table_followsUpstream() {
    assertEquals(2, CgroupFigures.shares(0));
    assertEquals(2, CgroupFigures.shares(1));
    assertEquals(102, CgroupFigures.shares(100));
    assertEquals(1024, CgroupFigures.shares(1000));
    assertEquals(262_144, CgroupFigures.shares(10_000_000));
    assertEquals(0, CgroupFigures.quotaMicros(0));
    assertEquals(1_000, CgroupFigures.quotaMicros(5));
    assertEquals(150_000, CgroupFigures.quotaMicros(1500));
    assertEquals(1, CgroupFigures.weight(2));
    assertEquals(39, CgroupFigures.weight(1024));
    assertEquals(10_000, CgroupFigures.weight(262_144));
    assertEquals(999, CgroupFigures.burstableOomScore(0, 8L << 30));
    assertEquals(500, CgroupFigures.burstableOomScore(4L << 30, 8L << 30));
    assertEquals(3, CgroupFigures.burstableOomScore(8L << 30, 8L << 30));
  }
}
