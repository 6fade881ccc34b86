package dev.wherry.network.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.wherry.machinery.Eventually;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.dns.NodeDns;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.network.sockets.ListeningSockets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterDnsTest {
  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);

  @AfterEach
  void stop() {
    timer.close();
  }

  private String announced(String node) {
    return api.get(Node.KIND, "", node)
        .metadata()
        .annotations()
        .getOrDefault(NodeDns.ANNOTATION, "");
  }

  private void node(String name, Map<String, String> annotations) {
    api.create(
        Node.KIND,
        Node.EMPTY.toBuilder()
            .metadata(ObjectMeta.builder().name(name).annotations(annotations).build())
            .build());
  }

  @Test
  void start_nodeComesLater_portsAreAnnouncedAndKeptSo() throws Exception {
    try (ClusterDns dns =
        ClusterDns.start(
            api,
            DnsSettings.of("n1", "127.0.0.1", List.of("10.43.0.10"), List.of()),
            ListeningSockets.OWN,
            timer,
            new Random(7))) {
      node("n1", Map.of("kept", "yes"));
      Eventually.await("announced", () -> announced("n1").equals(dns.ports().text()));
      assertEquals("yes", api.get(Node.KIND, "", "n1").metadata().annotations().get("kept"));

      Node spoiled = api.get(Node.KIND, "", "n1");
      api.update(
          Node.KIND,
          spoiled.toBuilder()
              .metadata(spoiled.metadata().toBuilder().annotations(Map.of()).build())
              .build());
      Eventually.await("announced again", () -> announced("n1").equals(dns.ports().text()));
    }
  }

  @Test
  void start_portsInUse_takesOthers() throws Exception {
    try (ClusterDns first =
            ClusterDns.start(
                api,
                DnsSettings.of("n1", "127.0.0.1", List.of("10.43.0.10"), List.of()),
                ListeningSockets.OWN,
                timer,
                new Random(7));
        ClusterDns second =
            ClusterDns.start(
                api,
                DnsSettings.of("n2", "127.0.0.1", List.of("10.43.0.10"), List.of()),
                ListeningSockets.OWN,
                timer,
                new Random(7))) {
      assertNotEquals(first.ports(), second.ports());
    }
  }

  @Test
  void ports_asText_areReadAgainAndNonsenseIsNot() {
    NodeDns ports = new NodeDns(10_053, 9153);

    assertEquals(Optional.of(ports), NodeDns.parse(ports.text()));
    for (String text : List.of("", "1", "1,2,3", "0,1", "a,b", "1,65536", "-1,5")) {
      assertEquals(Optional.empty(), NodeDns.parse(text), text);
    }
  }
}
