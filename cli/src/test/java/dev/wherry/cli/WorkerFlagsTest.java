package dev.wherry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.apiserver.ApiChoices;
import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.model.core.v1.Taint;
import dev.wherry.network.wireguard.WireGuardKernel;
import dev.wherry.scheduler.config.SchedulerConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class WorkerFlagsTest {
  private static final URI SERVER = URI.create("https://192.0.2.1:6443");

  /** A command with the flags and nothing else. */
  @CommandLine.Command(name = "worker")
  private static final class Flags implements Runnable {
    @CommandLine.Mixin private WorkerFlags worker = new WorkerFlags();

    @Override
    public void run() {}
  }

  private static WorkerOptions options(String... words) throws Exception {
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(words);
    return flags.worker.agent(SERVER, Path.of("/data"));
  }

  @Test
  void flags_given_becomeOptions() throws Exception {
    WorkerOptions options =
        options(
            "--node-name=w1",
            "--node-ip=192.0.2.7",
            "--label=disk=ssd",
            "--label=topology.kubernetes.io/zone=a",
            "--taint=only=gpu:NoSchedule",
            "--taint=odd:NoExecute");
    assertEquals("w1", options.nodeName());
    assertEquals(Map.of("disk", "ssd", "topology.kubernetes.io/zone", "a"), options.labels());
    assertEquals(
        List.of(
            Taint.builder().key("only").value("gpu").effect("NoSchedule").build(),
            Taint.builder().key("odd").effect("NoExecute").build()),
        options.taints());
  }

  @Test
  void nodeIp_ofTwoFamilies_isTakenInTheirOrder() throws Exception {
    WorkerOptions both = options("--node-ip=192.0.2.7,2001:db8::7");
    assertEquals("192.0.2.7", both.nodeIp());
    assertEquals("2001:db8::7", both.secondIp());
    assertEquals("", options("--node-ip=192.0.2.7").secondIp());
    for (String wrong :
        List.of("192.0.2.7,192.0.2.8", "2001:db8::7,192.0.2.7", "here", "1.1.1.1,::1,::2")) {
      String text =
          assertThrows(IllegalArgumentException.class, () -> options("--node-ip=" + wrong))
              .getMessage();
      assertEquals(
          "--node-ip=" + wrong + ": write one address, or an IPv4 and then an IPv6 one", text);
    }
  }

  @Test
  void nodeIp_ofAServer_isOfTheClustersFamily(@TempDir Path folder) throws Exception {
    RangeChoice six = new RangeChoice("fd00:42::/48", "fd00:43::/112");
    assertEquals("fd01::7", server(folder, six, "--node-ip=fd01::7").nodeIp());
    assertEquals("192.0.2.7", server(folder, RangeChoice.UNSAID, "--node-ip=192.0.2.7").nodeIp());
    String wrong = "--node-ip=192.0.2.7";
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> server(folder, six, wrong));
    assertTrue(refused.toString().contains(wrong + ": pods and Services"), refused::toString);
    assertTrue(refused.toString().contains("have IPv6 addresses"), refused::toString);
  }

  private static ServerRole.Options server(Path folder, RangeChoice ranges, String word)
      throws Exception {
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(word);
    return flags.worker.server(
        folder,
        "::",
        0,
        List.of(),
        true,
        ProtectionConfig.NONE,
        ApiChoices.DEFAULT,
        ControllersConfig.Choices.DEFAULT,
        SchedulerConfig.defaults(),
        ranges);
  }

  @Test
  void network_anyParts_areUnderstoodAndHandedOn() throws Exception {
    assertEquals(NetworkChoice.BUILT_IN, options("--node-ip=192.0.2.7").network());
    NetworkChoice theirs =
        options("--pod-network=none", "--service-proxy=none", "--node-ip=192.0.2.7").network();
    assertEquals(new NetworkChoice(false, false, false), theirs);
    assertEquals(List.of("--pod-network=none", "--service-proxy=none"), theirs.arguments());
    assertThrows(
        IllegalArgumentException.class,
        () -> options("--service-proxy=ipvs", "--node-ip=192.0.2.7"));
  }

  @Test
  void encryption_byWireGuardOrNone_isUnderstoodAndHandedOn() throws Exception {
    NetworkChoice ours = options("--node-encryption=wireguard", "--node-ip=192.0.2.7").network();
    assertEquals(new NetworkChoice(true, true, true), ours);
    assertEquals(List.of("--node-encryption=wireguard"), ours.arguments());
    assertEquals(
        NetworkChoice.BUILT_IN, options("--node-encryption=none", "--node-ip=192.0.2.7").network());
    assertThrows(
        IllegalArgumentException.class,
        () -> options("--node-encryption=ipsec", "--node-ip=192.0.2.7"));
    assertThrows(
        IllegalArgumentException.class,
        () -> options("--node-encryption=wireguard", "--pod-network=none", "--node-ip=192.0.2.7"));
  }

  @Test
  void encryption_whereTheKernelHasNone_isRefusedWithTheModule(@TempDir Path folder)
      throws Exception {
    assumeFalse(WireGuardKernel.isPresent(), "this kernel has WireGuard");
    NetworkChoice ours = new NetworkChoice(true, true, true);
    Exception refused = assertThrows(IOException.class, () -> ours.key(folder, new SecureRandom()));
    assertTrue(
        String.valueOf(refused.getMessage()).contains("modprobe wireguard"), refused::toString);
    assertEquals(Optional.empty(), NetworkChoice.BUILT_IN.key(folder, new SecureRandom()));
  }

  @Test
  void clusterDns_anyForm_isUnderstoodAndHandedOn() throws Exception {
    assertEquals(DnsChoice.BUILT_IN, options("--node-ip=192.0.2.7").dns());
    assertEquals(List.of(), options("--cluster-dns=none", "--node-ip=192.0.2.7").dns().addresses());
    DnsChoice other = options("--cluster-dns=10.43.0.10", "--node-ip=192.0.2.7").dns();
    assertEquals(new DnsChoice(false, List.of("10.43.0.10"), List.of()), other);
    assertEquals("", other.serviceAddress(ClusterRanges.DEFAULT));
    assertEquals(other, other.at("10.9.0.10"));
    assertEquals(List.of("10.9.0.10"), DnsChoice.BUILT_IN.at("10.9.0.10").addresses());
    assertEquals(List.of("--cluster-dns=10.43.0.10"), other.arguments());
    DnsChoice rules = options("--dns-forward=corp=192.0.2.1", "--node-ip=192.0.2.7").dns();
    assertEquals(List.of("--dns-forward=corp=192.0.2.1"), rules.arguments());
    for (String wrong :
        List.of("--cluster-dns=coredns", "--dns-forward=corp", "--dns-forward=corp=name")) {
      assertThrows(
          IllegalArgumentException.class, () -> options(wrong, "--node-ip=192.0.2.7"), wrong);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--node-name=Upper",
        "--label=novalue",
        "--label=node-role.kubernetes.io/master=",
        "--taint=a=b",
        "--taint=a=b:Never",
        "--runtime=podman"
      })
  void flag_wrong_saysWhatToWrite(String word) {
    Exception refused =
        assertThrows(
            Exception.class,
            () ->
                options(word.startsWith("--node") ? "--node-ip=192.0.2.7" : "--node-name=w", word));
    assertTrue(String.valueOf(refused.getMessage()).length() > 20, refused.getMessage());
  }

  @Test
  void duration_asGoWritesIt() {
    assertEquals(Duration.ofMinutes(90), Durations.parse("1h30m"));
    assertEquals(Duration.ofSeconds(45), Durations.parse("45s"));
    assertEquals(Duration.ZERO, Durations.parse("0"));
    assertThrows(IllegalArgumentException.class, () -> Durations.parse("1d"));
    assertThrows(IllegalArgumentException.class, () -> Durations.parse(""));
    assertEquals("1h30m", Durations.text(Duration.ofMinutes(90)));
    assertEquals("expired", Durations.text(Duration.ZERO));
  }
}
