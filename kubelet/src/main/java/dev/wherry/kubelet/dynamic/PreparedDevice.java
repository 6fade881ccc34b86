package dev.wherry.kubelet.dynamic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.dra.v1.Device;
import java.util.ArrayList;
import java.util.List;

/**
 * What a driver said of a device that it prepared.
 *
 * @param share which share of the device; "" for the whole of it
 * @param requests the claim's requests that it is for; none means all
 * @param names by which the runtime finds it, CDI's
 */
record PreparedDevice(
    String pool, String device, String share, List<String> requests, List<String> names) {
  PreparedDevice {
    requests = List.copyOf(requests);
    names = List.copyOf(names);
  }

  static PreparedDevice of(Device device) {
    return new PreparedDevice(
        device.getPoolName(),
        device.getDeviceName(),
        device.getShareId(),
        device.getRequestNamesList(),
        device.getCdiDeviceIdsList());
  }

  /**
   * Whether a container that names this request has it.
   *
   * @param request "" for the whole claim
   */
  boolean isFor(String request) {
    return request.isEmpty() || requests.isEmpty() || requests.contains(request);
  }

  static PreparedDevice of(JsonNode tree) {
    return new PreparedDevice(
        tree.path("pool").asText(),
        tree.path("device").asText(),
        tree.path("share").asText(),
        texts(tree.path("requests")),
        texts(tree.path("names")));
  }

  void writeTo(ObjectNode tree) {
    tree.put("pool", pool).put("device", device).put("share", share);
    requests.forEach(tree.putArray("requests")::add);
    names.forEach(tree.putArray("names")::add);
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(one -> texts.add(one.asText()));
    return texts;
  }
}
