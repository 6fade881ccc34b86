package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.util.Map;

/** Pods and figures for the tests of eviction. */
final class Scene {
  static final long MIB = 1L << 20;

  private Scene() {}

  static PodView pod(String name, String spec) {
    return PodView.of(
        Pod.KIND.decode(
            Json.parse(
                "{\"metadata\": {\"name\": \"%s\", \"namespace\": \"n\", \"uid\": \"%s\"}, \"spec\": %s}"
                    .formatted(name, name, spec))));
  }

  /** One container {@code c} that asks for so much memory. */
  static PodView asking(String name, String memory, int priority) {
    return pod(
        name,
        "{\"priority\": %d, \"containers\": [{\"name\": \"c\", \"resources\": {\"requests\": {\"memory\": \"%s\"}}}]}"
            .formatted(priority, memory));
  }

  static PodUsage memory(long bytes) {
    return usage(bytes, 0, 0);
  }

  static PodUsage usage(long memoryBytes, long layerBytes, long logBytes) {
    PodUsage.OfContainer container =
        new PodUsage.OfContainer(
            memoryBytes, new PodUsage.OnDisk(layerBytes, 1), new PodUsage.OnDisk(logBytes, 1));
    return new PodUsage(Map.of("c", container), Map.of(), 1);
  }
}
