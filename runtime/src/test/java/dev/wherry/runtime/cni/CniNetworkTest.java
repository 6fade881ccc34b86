package dev.wherry.runtime.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plugins are told, by two that write it down. */
class CniNetworkTest {
  private static final String INGRESS = "kubernetes.io/ingress-bandwidth";
  private static final String EGRESS = "kubernetes.io/egress-bandwidth";

  @TempDir Path folder;
  private CniNetwork network;

  @BeforeEach
  void write() throws Exception {
    for (String name : new String[] {"plain", "limiting"}) {
      Path plugin = folder.resolve(name);
      Files.writeString(
          plugin,
          """
          #!/bin/sh
          cat > %s.$CNI_COMMAND
          echo '{"ips": [{"address": "10.1.2.3/24"}]}'
          """
              .formatted(plugin));
      Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path configuration = Files.createDirectories(folder.resolve("net.d"));
    Files.writeString(
        configuration.resolve("1.conflist"),
        """
        {"cniVersion": "1.0.0", "name": "n", "plugins": [{"type": "plain"},
          {"type": "limiting", "capabilities": {"bandwidth": true}}]}
        """);
    network = new CniNetwork(configuration, List.of(folder), folder.resolve("state"));
  }

  private static CniAttachment pod(Map<String, String> annotations) {
    return new CniAttachment("id", "/proc/1/ns/net", "ns", "pod", "uid", List.of(), annotations);
  }

  private JsonNode told(String plugin, String command) throws Exception {
    return Trees.parse(Files.readAllBytes(folder.resolve(plugin + "." + command)));
  }

  @Test
  void add_podWithLimits_tellsThePluginThatCan() throws Exception {
    network.add(pod(Map.of(INGRESS, "10M", EGRESS, "1k", "other", "x")));
    JsonNode limits = told("limiting", "ADD").at("/runtimeConfig/bandwidth");
    assertEquals(10_000_000, limits.path("ingressRate").asLong());
    assertEquals(1_000, limits.path("egressRate").asLong());
    assertEquals(0xffffffffL, limits.path("ingressBurst").asLong());
    assertEquals(0xffffffffL, limits.path("egressBurst").asLong());
    assertFalse(told("plain", "ADD").has("runtimeConfig"));

    network.check("id", "/proc/1/ns/net");
    assertEquals(limits, told("limiting", "CHECK").at("/runtimeConfig/bandwidth"), "after a start");
  }

  @Test
  void add_podWithoutLimits_tellsNothing() throws Exception {
    network.add(pod(Map.of("other", "x")));
    assertFalse(told("limiting", "ADD").has("runtimeConfig"));
  }

  @Test
  void add_badLimit_isRefusedBeforeAnythingIsMade() {
    CniAttachment bad = pod(Map.of(INGRESS, "10"));
    String message =
        String.valueOf(assertThrows(CniException.class, () -> network.add(bad)).getMessage());
    assertTrue(message.endsWith(INGRESS + ": resource is unreasonably small (< 1kbit)"), message);
    assertFalse(Files.exists(folder.resolve("plain.ADD")));
    network.delete("id", "");
  }
}
