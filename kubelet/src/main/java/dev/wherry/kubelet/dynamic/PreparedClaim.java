package dev.wherry.kubelet.dynamic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.json.Json;
import dev.wherry.model.resource.v1.DeviceRequestAllocationResult;
import dev.wherry.model.resource.v1.ResourceClaim;
import dev.wherry.proto.dra.v1.Claim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A claim that this node's drivers were told of, or will be.
 *
 * @param pods uids of those that use it here
 * @param drivers what each of its drivers prepared
 * @param done whether all drivers said so to this run of the agent
 */
record PreparedClaim(
    String namespace,
    String name,
    String uid,
    SortedSet<String> pods,
    SortedMap<String, List<PreparedDevice>> drivers,
    boolean done) {
  PreparedClaim {
    pods = Collections.unmodifiableSortedSet(new TreeSet<>(pods));
    drivers = Collections.unmodifiableSortedMap(new TreeMap<>(drivers));
  }

  /** One that nobody was told of yet. */
  static PreparedClaim of(ResourceClaim claim, String pod) {
    SortedMap<String, List<PreparedDevice>> drivers = new TreeMap<>();
    for (DeviceRequestAllocationResult device : DeviceClaims.devices(claim)) {
      drivers.put(device.driver(), List.of());
    }
    return new PreparedClaim(
        claim.metadata().namespace(),
        claim.metadata().name(),
        claim.metadata().uid(),
        new TreeSet<>(Set.of(pod)),
        drivers,
        false);
  }

  /** By what the book finds it. */
  String key() {
    return namespace + "/" + name;
  }

  /** As drivers are told of it. */
  Claim claim() {
    return Claim.newBuilder().setNamespace(namespace).setName(name).setUid(uid).build();
  }

  PreparedClaim with(String pod) {
    SortedSet<String> more = new TreeSet<>(pods);
    more.add(pod);
    return new PreparedClaim(namespace, name, uid, more, drivers, done);
  }

  PreparedClaim without(String pod) {
    SortedSet<String> fewer = new TreeSet<>(pods);
    fewer.remove(pod);
    return new PreparedClaim(namespace, name, uid, fewer, drivers, done);
  }

  PreparedClaim prepared(Map<String, List<PreparedDevice>> by) {
    return new PreparedClaim(namespace, name, uid, pods, new TreeMap<>(by), true);
  }

  static PreparedClaim of(JsonNode tree) {
    SortedSet<String> pods = new TreeSet<>();
    tree.path("pods").forEach(pod -> pods.add(pod.asText()));
    SortedMap<String, List<PreparedDevice>> drivers = new TreeMap<>();
    for (Map.Entry<String, JsonNode> driver : tree.path("drivers").properties()) {
      List<PreparedDevice> devices = new ArrayList<>();
      driver.getValue().forEach(device -> devices.add(PreparedDevice.of(device)));
      drivers.put(driver.getKey(), List.copyOf(devices));
    }
    return new PreparedClaim(
        tree.path("namespace").asText(),
        tree.path("name").asText(),
        tree.path("uid").asText(),
        pods,
        drivers,
        false);
  }

  ObjectNode tree() {
    ObjectNode tree = Json.object().put("namespace", namespace).put("name", name).put("uid", uid);
    pods.forEach(tree.putArray("pods")::add);
    ObjectNode all = tree.putObject("drivers");
    drivers.forEach((driver, devices) -> {
      var list = all.putArray(driver);
      devices.forEach(device -> device.writeTo(list.addObject()));
    });
    return tree;
  }
}
