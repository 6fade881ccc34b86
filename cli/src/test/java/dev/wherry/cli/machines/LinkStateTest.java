package dev.wherry.cli.machines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkStateTest {
  @Test
  void words_sayWhatHappensToFrames() {
    assertEquals(new LinkState(2, true, 0, 0), LinkState.parse("2:down"));
    assertEquals(new LinkState(2, false, 0, 0), LinkState.parse("2:up"));
    assertEquals(new LinkState(12, false, 100, 0), LinkState.parse("12:delay=100ms"));
    assertEquals(new LinkState(3, false, 0, 5), LinkState.parse("3:loss=0.5%"));
    assertEquals(new LinkState(3, false, 40, 1000), LinkState.parse("3:delay=40ms,loss=100%"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "2:", "2:gone", "2:delay=1s", "2:loss=101%", "2:loss=1%,", "x:up"})
  void others_areRefusedWithTheForm(String text) {
    String said =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> LinkState.parse(text)).getMessage());
    assertTrue(said.startsWith("--link " + text), said);
  }
}
