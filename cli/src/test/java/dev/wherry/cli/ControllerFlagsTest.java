package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.NodeLife;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ControllerFlagsTest {
  /** A command with the flags and nothing else. */
  @CommandLine.Command(name = "server")
  private static final class Flags implements Runnable {
    @CommandLine.Mixin private ControllerFlags controllers = new ControllerFlags();

    @Override
    public void run() {}
  }

  private static ControllerFlags flags(String... words) {
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(words);
    return flags.controllers;
  }

  private static ControllersConfig.Choices choices(ControllerFlags flags) {
    return flags.choices(ControllersConfig.BuiltIns.ALL);
  }

  @Test
  void none_areTheDefaults() {
    assertEquals(ControllersConfig.Choices.DEFAULT, choices(flags()));
    assertEquals(ControllersConfig.Choices.DEFAULT, choices(new ControllerFlags()));
  }

  @Test
  void given_reachTheControllersAndAProcessOfItsOwn() {
    ControllerFlags given =
        flags(
            "--node-monitor-period=2s",
            "--node-monitor-grace-period=1m30s",
            "--node-startup-grace-period=2m",
            "--node-eviction-rate=2",
            "--secondary-node-eviction-rate=0.5",
            "--unhealthy-zone-threshold=0.7",
            "--large-cluster-size-threshold=10",
            "--terminated-pod-gc-threshold=100");
    NodeLife life =
        new NodeLife(
            Duration.ofSeconds(2), Duration.ofSeconds(90), Duration.ofMinutes(2), 2, 0.5, 0.7, 10);
    ControllersConfig.Choices wanted =
        new ControllersConfig.Choices(ControllersConfig.BuiltIns.ALL, life, 100);
    assertEquals(wanted, choices(given));
    List<String> again = given.arguments();
    assertEquals(wanted, choices(flags(again.toArray(String[]::new))));
  }

  @ParameterizedTest
  @CsvSource({
    "--node-monitor-grace-period=5s, must be longer than --node-monitor-period",
    "--node-monitor-period=soon, --node-monitor-period: 'soon' is no time",
    "--node-monitor-period=0, must be more than nothing",
    "--node-eviction-rate=-1, must not be negative",
    "--secondary-node-eviction-rate=NaN, must not be negative",
    "--unhealthy-zone-threshold=55, must be from 0 to 1",
  })
  void senseless_isRefusedByName(String word, String why) {
    String said =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> choices(flags(word))).getMessage());
    assertEquals(true, said.contains(why), said);
  }
}
