package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.controllers.AutoscalerPace;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.NodeLife;
import dev.wherry.controllers.NodeMasks;
import dev.wherry.machinery.address.ClusterRanges;
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
            "--terminated-pod-gc-threshold=100",
            "--horizontal-pod-autoscaler-sync-period=5s",
            "--horizontal-pod-autoscaler-downscale-stabilization=1m",
            "--horizontal-pod-autoscaler-tolerance=0.2",
            "--horizontal-pod-autoscaler-cpu-initialization-period=2m",
            "--horizontal-pod-autoscaler-initial-readiness-delay=0",
            "--node-cidr-mask-size-ipv4=25",
            "--node-cidr-mask-size-ipv6=72",
            "--cluster-signing-duration=24h");
    NodeLife life =
        new NodeLife(
            Duration.ofSeconds(2), Duration.ofSeconds(90), Duration.ofMinutes(2), 2, 0.5, 0.7, 10);
    ControllersConfig.Choices wanted =
        new ControllersConfig.Choices(
            ControllersConfig.BuiltIns.ALL,
            life,
            new NodeMasks(0, 25, 72),
            100,
            new AutoscalerPace(
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                0.2,
                Duration.ofMinutes(2),
                Duration.ZERO),
            Duration.ofDays(1));
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
    "--horizontal-pod-autoscaler-sync-period=0, sync-period must be more than nothing",
    "--horizontal-pod-autoscaler-tolerance=-0.1, tolerance must be a number and not negative",
    "--horizontal-pod-autoscaler-tolerance=NaN, tolerance must be a number and not negative",
    "--horizontal-pod-autoscaler-initial-readiness-delay=x, --horizontal-pod-autoscaler-initial",
    "--cluster-signing-duration=9m, --cluster-signing-duration must be at least 10 minutes",
  })
  void senseless_isRefusedByName(String word, String why) {
    String said =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> choices(flags(word))).getMessage());
    assertEquals(true, said.contains(why), said);
  }

  @ParameterizedTest
  @CsvSource({
    "10.42.0.0/16, --node-cidr-mask-size=16, ''",
    "10.42.0.0/16, --node-cidr-mask-size-ipv4=30, ''",
    "10.42.0.0/16, --node-cidr-mask-size=15, does not fit --cluster-cidr=10.42.0.0/16",
    "10.42.0.0/16, --node-cidr-mask-size=31, choose from 16 to 30",
    "10.0.0.0/8, --node-cidr-mask-size=25, choose from 8 to 24",
    "10.42.0.0/16, --node-cidr-mask-size-ipv6=64, is for a family that --cluster-cidr",
    "fd00:42::/48, --node-cidr-mask-size=64, ''",
    "fd00:42::/48, --node-cidr-mask-size=65, choose from 48 to 64",
    "fd00:42::/48, --node-cidr-mask-size-ipv4=24, is for a family that --cluster-cidr",
  })
  void masks_thatDoNotFitTheRange_areRefused(String pods, String word, String why) {
    String services = pods.startsWith("fd") ? "fd00:43::/112" : "172.20.0.0/16";
    ClusterRanges ranges = ClusterRanges.parse(pods, services);
    NodeMasks masks = flags(word).masks();
    String said = "";
    try {
      masks.check(ranges);
    } catch (IllegalArgumentException e) {
      said = String.valueOf(e.getMessage());
    }
    assertEquals(why.isEmpty(), said.isEmpty(), said);
    assertEquals(true, said.contains(why), said);
  }

  @Test
  void masks_ofTwoFamilies_areSaidOfEach() {
    ClusterRanges two =
        ClusterRanges.parse("10.42.0.0/16,fd00:42::/48", "10.43.0.0/16,fd00:43::/112");
    flags("--node-cidr-mask-size-ipv4=26", "--node-cidr-mask-size-ipv6=60").masks().check(two);
    assertThrows(
        IllegalArgumentException.class, () -> flags("--node-cidr-mask-size=24").masks().check(two));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            flags("--node-cidr-mask-size=24", "--node-cidr-mask-size-ipv4=24").masks().check(two));
  }
}
