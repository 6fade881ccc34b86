package dev.wherry.scheduler.api;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Node;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Taint;
import java.util.HashMap;
import java.util.Map;

/** Nodes as the scheduler sees them. */
public final class NodeReader {
  private NodeReader() {}

  public static NodeView read(Node node) {
    Map<String, Quantity> allocatable = node.status().allocatable();
    Map<String, Long> images = new HashMap<>();
    node.status()
        .images()
        .forEach(image -> {
          Long bytes = image.sizeBytes();
          image.names().forEach(name -> images.put(name, bytes == null ? 0 : bytes));
        });
    Quantity pods = allocatable.get("pods");
    return NodeView.empty(
        node.metadata().name(),
        node.metadata().labels(),
        node.spec().taints().stream().map(t -> new Taint(t.key(), t.value(), t.effect())).toList(),
        Boolean.TRUE.equals(node.spec().unschedulable()),
        PodReader.resources(allocatable),
        pods == null ? 0 : pods.value(),
        images);
  }
}
