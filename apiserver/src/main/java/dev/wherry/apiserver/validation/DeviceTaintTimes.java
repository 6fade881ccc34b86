package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** When devices were tainted, where a driver does not say it (resource defaults). */
final class DeviceTaintTimes {
  private DeviceTaintTimes() {}

  static void fill(ObjectNode slice, Instant now) {
    for (JsonNode device : slice.path("spec").path("devices")) {
      for (JsonNode taint : device.path("taints")) {
        if (taint instanceof ObjectNode object && !object.hasNonNull("timeAdded")) {
          object.put("timeAdded", now.truncatedTo(ChronoUnit.SECONDS).toString());
        }
      }
    }
  }
}
