package dev.wherry.kubelet.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cases of upstream's cpumanager/cpu_assignment_test.go and of utils/cpuset/cpuset_test.go. */
class CpuChoiceTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0,2,4,6        | 5 | too few
          0-7            | 0 |
          0-7            | 1 | 0
          1,3,5,6,7      | 1 | 6
          0-7            | 2 | 0,4
          0-7            | 8 | 0-7
          0,1,2,3,6      | 2 | 2,6
          """)
  void take_fromOneSocket_fillsBrokenCoresAndKeepsWholeOnes(String free, int count, String taken) {
    assertEquals(taken == null ? "" : taken, take(Machines.singleSocket(), free, count));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1-5,7-11       | 1 | 2
          0-11           | 6 | 0,2,4,6,8,10
          1-5,7-11       | 6 | 1,3,5,7,9,11
          0-11           | 8 | 0-2,4,6-8,10
          0,1,2,4,5,7,8,10,11 | 3 | 1,5,7
          """)
  void take_fromTwoSockets_takesWholeOnesThenWhereLeastIsFree(
      String free, int count, String taken) {
    assertEquals(taken, take(Machines.dualSocket(), free, count));
  }

  private static String take(Topology machine, String free, int count) {
    return CpuChoice.take(machine, CpuSet.parse(free), count)
        .map(CpuSet::toString)
        .orElse("too few");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          5              | 5
          1,2,3,4,5      | 1-5
          1-2,3-5        | 1-5
          5,4,3,2,1      | 1-5
          3-6,1-5        | 1-6
          0,8-8,10-11    | 0,8,10-11
          """)
  void parse_numbersAndRanges_writesThemAsTheKernel(String text, String written) {
    assertEquals(written, CpuSet.parse(text).toString());
  }

  @Test
  void parse_anythingElse_isRefused() {
    for (String text : new String[] {"-1", "1,", "0--1", "3-1", "a", "1,,2", "99999"}) {
      assertThrows(IllegalArgumentException.class, () -> CpuSet.parse(text), text);
    }
    assertEquals("", CpuSet.parse("").toString());
  }
}
