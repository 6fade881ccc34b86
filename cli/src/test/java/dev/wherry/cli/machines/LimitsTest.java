package dev.wherry.cli.machines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {
  @Test
  void amounts_areWrittenAsPodsDo() {
    assertEquals(Limits.NONE, Limits.parse("", ""));
    assertEquals(new Limits(512L << 20, 1_000), Limits.parse("512Mi", "1"));
    assertEquals(new Limits(2_000_000_000, 0), Limits.parse("2G", ""));
    assertEquals(new Limits(0, 1_500), Limits.parse("", "1.5"));
    assertEquals(new Limits(0, 250), Limits.parse("", "250m"));
  }

  /** Docker's 512m would be half a byte here. */
  @ParameterizedTest
  @CsvSource({
    "--memory, 512m", "--memory, 512mb", "--memory, -1Gi", "--memory, 100Mi", "--memory, 0",
    "--cpus, 0", "--cpus, 50m", "--cpus, -1", "--cpus, two", "--cpus, 1Gi"
  })
  void others_areRefusedByTheFlag(String flag, String text) {
    boolean memory = flag.equals("--memory");
    String said =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Limits.parse(memory ? text : "", memory ? "" : text))
                .getMessage());
    assertTrue(said.startsWith(flag + " " + text + ": "), said);
  }
}
