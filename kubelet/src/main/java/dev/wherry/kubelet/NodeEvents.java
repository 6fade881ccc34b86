package dev.wherry.kubelet;

import dev.wherry.kubelet.pod.PodEvents;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.model.core.v1.ObjectReference;
import java.util.function.Consumer;

/** Events of pods and of the node, through one recorder. */
final class NodeEvents {
  private NodeEvents() {}

  static PodEvents ofPods(EventRecorder recorder) {
    return (pod, fieldPath, type, reason, message) ->
        recorder.report(
            References.to(pod, fieldPath),
            type == PodEvents.Type.NORMAL ? EventType.NORMAL : EventType.WARNING,
            reason,
            message);
  }

  /** Takes a resource that the node is short of; a node's events have its name for a uid. */
  static Consumer<String> shortOf(EventRecorder recorder, String nodeName) {
    ObjectReference node =
        ObjectReference.builder()
            .kind("Node")
            .apiVersion("v1")
            .name(nodeName)
            .uid(nodeName)
            .build();
    return resource ->
        recorder.report(
            node, EventType.WARNING, "EvictionThresholdMet", "Attempting to reclaim " + resource);
  }
}
