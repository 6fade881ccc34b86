package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.apiserver.ApiChoices;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ApiFlagsTest {
  /** A command with the flags and nothing else. */
  @CommandLine.Command(name = "server")
  private static final class Flags implements Runnable {
    @CommandLine.Mixin private ApiFlags api = new ApiFlags();

    @Override
    public void run() {}
  }

  private static ApiFlags flags(String... words) {
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(words);
    return flags.api;
  }

  @Test
  void choices_areReadAndHandedOn() {
    assertEquals(ApiChoices.DEFAULT, flags().choices());
    assertEquals(ApiChoices.DEFAULT, new ApiFlags().choices());
    ApiFlags given =
        flags(
            "--event-ttl=2h30m",
            "--default-not-ready-toleration-seconds=20",
            "--default-unreachable-toleration-seconds=0");
    assertEquals(new ApiChoices(Duration.ofMinutes(150), 20, 0), given.choices());
    assertEquals(given.choices(), flags(given.arguments().toArray(String[]::new)).choices());
    assertThrows(IllegalArgumentException.class, () -> flags("--event-ttl=-1h").choices());
    assertThrows(
        IllegalArgumentException.class,
        () -> flags("--default-not-ready-toleration-seconds=-1").choices());
  }
}
