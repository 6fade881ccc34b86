package dev.wherry.network.nodes;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EchoTest {
  private static Echo after(Echo echo, boolean... answers) {
    Echo now = echo;
    for (boolean answered : answers) {
      now = now.after(answered);
    }
    return now;
  }

  @Test
  void node_isSilent_afterThreeQuestionsInARowOnly() {
    assertFalse(after(Echo.HEARD, false, false, true, false, false).silent());
    assertTrue(after(Echo.HEARD, true, false, false, false).silent());
  }

  @Test
  void silentNode_isHeard_afterTwoAnswersInARow() {
    assertTrue(after(Echo.SILENT, true, false, true).silent());
    assertFalse(after(Echo.SILENT, false, true, true).silent());
    assertFalse(after(Echo.SILENT, true, true, false, false).silent());
  }
}
