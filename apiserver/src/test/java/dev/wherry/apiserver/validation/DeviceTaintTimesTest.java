package dev.wherry.apiserver.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeviceTaintTimesTest {
  @Test
  void fill_taintsWithoutTime_getTheSecond() {
    ObjectNode slice =
        (ObjectNode)
            Json.parse(
                """
                {"spec":{"devices":[{"name":"a"},{"name":"b","taints":[{"key":"k"},
                {"key":"l","timeAdded":"2026-01-01T00:00:00Z"}]}]}}\
                """);

    DeviceTaintTimes.fill(slice, Instant.parse("2026-11-22T12:00:00.7Z"));

    assertEquals("2026-11-22T12:00:00Z", slice.at("/spec/devices/1/taints/0/timeAdded").asText());
    assertEquals("2026-01-01T00:00:00Z", slice.at("/spec/devices/1/taints/1/timeAdded").asText());
  }
}
