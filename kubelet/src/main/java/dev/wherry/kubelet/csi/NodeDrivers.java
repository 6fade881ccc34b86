package dev.wherry.kubelet.csi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.model.storage.v1.CSINode;
import dev.wherry.model.storage.v1.CSINodeDriver;
import dev.wherry.model.storage.v1.CSINodeSpec;
import dev.wherry.model.storage.v1.VolumeNodeResources;
import dev.wherry.proto.csi.v1.NodeGetInfoResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the API knows of this node's drivers: its CSINode with their names for the node, their
 * topology keys and how many volumes they take, and on the Node the topology as labels and the
 * names once more as an annotation (rule: upstream's nodeinfomanager). One writer at a time.
 */
final class NodeDrivers {
  /** The drivers' names for the node, an object of strings. */
  static final String ANNOTATION = "csi.volume.kubernetes.io/nodeid";

  private static final int CONFLICTS_MAX = 5;

  private final ApiClient api;
  private final String nodeName;

  NodeDrivers(ApiClient api, String nodeName) {
    this.api = api;
    this.nodeName = nodeName;
  }

  /**
   * Names a driver.
   *
   * @throws ApiException also while there is no Node yet
   */
  synchronized void add(String driver, NodeGetInfoResponse info) {
    Node node = api.get(Node.KIND, "", nodeName);
    Map<String, String> topology = info.getAccessibleTopology().getSegmentsMap();
    patchNode(node, driver, Optional.of(info.getNodeId()), topology);
    CSINodeDriver.Builder entry =
        CSINodeDriver.builder()
            .name(driver)
            .nodeID(info.getNodeId())
            .topologyKeys(topology.keySet().stream().sorted().toList());
    if (info.getMaxVolumesPerNode() > 0) {
      int count = (int) Math.min(info.getMaxVolumesPerNode(), Integer.MAX_VALUE);
      entry.allocatable(VolumeNodeResources.builder().count(count).build());
    }
    write(node, driver, Optional.of(entry.build()));
  }

  /** Takes a driver's name away. */
  synchronized void remove(String driver) {
    Node node = api.get(Node.KIND, "", nodeName);
    write(node, driver, Optional.empty());
    patchNode(node, driver, Optional.empty(), Map.of());
  }

  private void patchNode(
      Node node, String driver, Optional<String> id, Map<String, String> labels) {
    String said = node.metadata().annotations().getOrDefault(ANNOTATION, "");
    Map<String, String> ids = new TreeMap<>();
    if (!said.isEmpty()) {
      Json.parse(said).properties().forEach(e -> ids.put(e.getKey(), e.getValue().asText()));
    }
    ids.remove(driver);
    id.ifPresent(own -> ids.put(driver, own));
    ObjectNode value = Json.object();
    ids.forEach(value::put);
    ObjectNode patch = Json.object();
    ObjectNode meta = patch.putObject("metadata");
    if (ids.isEmpty()) {
      meta.putObject("annotations").putNull(ANNOTATION);
    } else {
      meta.putObject("annotations").put(ANNOTATION, value.toString());
    }
    ObjectNode wanted = meta.putObject("labels");
    new TreeMap<>(labels).forEach(wanted::put);
    var _ = api.patch(Node.KIND, "", nodeName, PatchType.STRATEGIC_MERGE, patch);
  }

  private void write(Node node, String driver, Optional<CSINodeDriver> entry) {
    for (int tries = 1; ; tries++) {
      try {
        Optional<CSINode> known = api.find(CSINode.KIND, "", nodeName);
        if (known.isEmpty()) {
          var _ = api.create(CSINode.KIND, with(fresh(node), driver, entry));
        } else {
          CSINode wanted = with(known.get(), driver, entry);
          if (!wanted.equals(known.get())) {
            var _ = api.update(CSINode.KIND, wanted);
          }
        }
        return;
      } catch (ApiException e) {
        boolean race = e.reason() == Reason.CONFLICT || e.reason() == Reason.ALREADY_EXISTS;
        if (!race || tries == CONFLICTS_MAX) {
          throw e;
        }
      }
    }
  }

  private CSINode fresh(Node node) {
    OwnerReference owner =
        OwnerReference.builder()
            .apiVersion("v1")
            .kind("Node")
            .name(nodeName)
            .uid(node.metadata().uid())
            .build();
    return CSINode.builder()
        .metadata(ObjectMeta.builder().name(nodeName).ownerReferences(List.of(owner)).build())
        .build();
  }

  private static CSINode with(CSINode node, String driver, Optional<CSINodeDriver> entry) {
    List<CSINodeDriver> drivers = new ArrayList<>();
    node.spec().drivers().stream().filter(d -> !d.name().equals(driver)).forEach(drivers::add);
    entry.ifPresent(drivers::add);
    return node.toBuilder().spec(CSINodeSpec.builder().drivers(drivers).build()).build();
  }
}
