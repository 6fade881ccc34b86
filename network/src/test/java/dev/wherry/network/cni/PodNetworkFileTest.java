package dev.wherry.network.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodNetworkFileTest {
  @TempDir Path directory;

  @Test
  void write_ofNodeRange_namesPairLeasesAndPortmap() throws IOException {
    PodNetworkFile file = file();
    assertTrue(file.write(List.of("10.42.3.0/24"), 1450));
    JsonNode list = read();
    assertEquals("1.0.0", list.path("cniVersion").asText());
    JsonNode pair = list.path("plugins").path(0);
    assertEquals("ptp", pair.path("type").asText());
    assertEquals(1450, pair.path("mtu").asInt());
    assertFalse(pair.path("ipMasq").asBoolean(true), "other nodes' pods must see who asks");
    assertEquals("10.42.3.0/24", pair.at("/ipam/ranges/0/0/subnet").asText());
    assertEquals(directory.resolve("leases").toString(), pair.at("/ipam/dataDir").asText());
    assertTrue(list.at("/plugins/1/capabilities/portMappings").asBoolean());
  }

  @Test
  void write_twice_touchesTheFileOnlyWhenItChanges() throws IOException {
    assertTrue(file().write(List.of("10.42.3.0/24"), 1450));
    assertFalse(file().write(List.of("10.42.3.0/24"), 1450));
    assertTrue(file().write(List.of("10.42.4.0/24", "fd42::/64"), 1450));
    assertEquals("::/0", read().at("/plugins/0/ipam/routes/1/dst").asText());
    try (var files = Files.list(directory.resolve("net.d"))) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void write_ofNoCidr_isRefusedAndWritesNothing() {
    for (String wrong : List.of("10.42.3.0", "10.42.3.0/33", "node/24", "fd42::/129", "")) {
      assertThrows(IllegalArgumentException.class, () -> file().write(List.of(wrong), 1500), wrong);
    }
    assertThrows(IllegalArgumentException.class, () -> file().write(List.of(), 1500));
    assertFalse(Files.exists(directory.resolve("net.d")));
  }

  @Test
  void write_withAnotherMtu_writesAgain_andRemoveTakesItAway() throws IOException {
    assertTrue(file().write(List.of("10.42.3.0/24"), 1500));
    assertTrue(file().write(List.of("10.42.3.0/24"), 1450));
    assertTrue(file().remove());
    assertFalse(file().remove());
  }

  private PodNetworkFile file() {
    return new PodNetworkFile(directory.resolve("net.d"), directory.resolve("leases"));
  }

  private JsonNode read() throws IOException {
    return Json.parse(Files.readAllBytes(directory.resolve("net.d/10-wherry.conflist")));
  }
}
