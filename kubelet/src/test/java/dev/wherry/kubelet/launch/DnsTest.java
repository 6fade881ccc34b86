package dev.wherry.kubelet.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Yaml;
import dev.wherry.proto.cri.v1.DNSConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pod's resolv.conf by policy, wishes and limits. */
class DnsTest {
  private static final String CLUSTER =
      "ns.svc.cluster.local svc.cluster.local cluster.local host.example b.example";

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file =
        Files.writeString(
            folder.resolve("resolv.conf"),
            "# of the host\nsearch old.example\nnameserver 192.0.2.1\n"
                + "search host.example. b.example\nnameserver 192.0.2.2\noptions edns0\n");
  }

  private static PodView pod(String spec) {
    String yaml = "{metadata: {namespace: ns, name: p, uid: u}, spec: {" + spec + "}}";
    return PodView.of(Pod.KIND.decode(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)).tree()));
  }

  private Dns.Resolver resolver(String spec) throws IOException {
    return new Dns(List.of("10.43.0.10"), "cluster.local", file).of(pod(spec));
  }

  private static String text(DNSConfig config) {
    return String.join(" ", config.getServersList())
        + " | "
        + String.join(" ", config.getSearchesList())
        + " | "
        + String.join(" ", config.getOptionsList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "dnsPolicy: ClusterFirst > 10.43.0.10 | CLUSTER | ndots:5",
        "hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet > 10.43.0.10 | CLUSTER | ndots:5",
        "hostNetwork: true, dnsPolicy: ClusterFirst > 192.0.2.1 192.0.2.2 | host.example b.example"
            + " | edns0",
        "dnsPolicy: Default > 192.0.2.1 192.0.2.2 | host.example b.example | edns0",
        "dnsPolicy: None, dnsConfig: {nameservers: [192.0.2.9], searches: [a.example], options:"
            + " [{name: ndots, value: '2'}, {name: rotate}]} > 192.0.2.9 | a.example | ndots:2 rotate",
        "dnsPolicy: ClusterFirst, dnsConfig: {nameservers: [192.0.2.9, 10.43.0.10], searches:"
            + " [a.example, b.example], options: [{name: ndots, value: '1'}]} > 10.43.0.10 192.0.2.9"
            + " | CLUSTER a.example | ndots:1",
      })
  void of_policyAndWishes_areFollowed(String spec, String resolver) throws IOException {
    Dns.Resolver made = resolver(spec);

    assertEquals(resolver.replace("CLUSTER", CLUSTER), text(made.config()));
    assertEquals(List.of(), made.complaints());
  }

  @Test
  void of_noClusterDns_fallsBackAndSaysSo() throws IOException {
    Dns.Resolver made =
        new Dns(List.of(), "cluster.local", file).of(pod("dnsPolicy: ClusterFirst"));

    assertEquals("192.0.2.1 192.0.2.2 | host.example b.example | edns0", text(made.config()));
    assertEquals("MissingClusterDNS", made.complaints().getFirst().reason());
  }

  @Test
  void of_noFileOnTheNode_isEmpty() throws IOException {
    Dns dns = new Dns(List.of(), "cluster.local", folder.resolve("none"));

    assertEquals(" |  | ", text(dns.of(pod("dnsPolicy: Default")).config()));
  }

  private static String list(int count, String format) {
    return IntStream.range(0, count).mapToObj(format::formatted).collect(Collectors.joining(", "));
  }

  @Test
  void of_tooMuch_isCutAndSaid() throws IOException {
    Dns.Resolver made =
        resolver(
            "dnsPolicy: None, dnsConfig: {nameservers: ["
                + list(5, "192.0.2.%d")
                + "], searches: ["
                + list(40, "s%d.example")
                + "]}");

    assertEquals(3, made.config().getServersCount());
    assertEquals(32, made.config().getSearchesCount());
    assertEquals(
        List.of("DNSConfigForming", "DNSConfigForming"),
        made.complaints().stream().map(ResolverComplaint::reason).toList());
    assertEquals(
        "Nameserver limits were exceeded, some nameservers have been omitted, the applied"
            + " nameserver line is: 192.0.2.0 192.0.2.1 192.0.2.2",
        made.complaints().getFirst().message());
    assertTrue(
        made.complaints()
            .getLast()
            .message()
            .startsWith(
                "Search Line limits were exceeded, some search paths have been omitted, the applied"
                    + " search line is: s0.example s1.example "));
  }

  @Test
  void of_longSearches_areCutToTheLine() throws IOException {
    String long200 = "a".repeat(60) + "." + "b".repeat(60) + "." + "c".repeat(60) + ".d%016d";
    Dns.Resolver made =
        resolver(
            "dnsPolicy: None, dnsConfig: {nameservers: [192.0.2.1], searches: ["
                + list(12, long200)
                + ", "
                + "e".repeat(254)
                + "]}");

    assertEquals(10, made.config().getSearchesCount());
    assertTrue(String.join(" ", made.config().getSearchesList()).length() <= 2048);
    assertEquals(1, made.complaints().size());
  }
}
