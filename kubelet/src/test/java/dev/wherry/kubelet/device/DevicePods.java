package dev.wherry.kubelet.device;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;

/** Pods that want devices. */
final class DevicePods {
  static final String RESOURCE = "example.com/thing";

  private DevicePods() {}

  /** Inits are written {@code i:2}, sidecars {@code s:1}, the pod's own {@code m:1}. */
  static PodView pod(String uid, String... containers) {
    List<String> inits = new ArrayList<>();
    List<String> mains = new ArrayList<>();
    for (int n = 0; n < containers.length; n++) {
      String[] parts = containers[n].split(":");
      String container =
          """
          {"name": "%s%d", "image": "x", "resources": {"limits": {"%s": "%s"}}%s}\
          """
              .formatted(
                  parts[0],
                  n,
                  RESOURCE,
                  parts[1],
                  parts[0].equals("s") ? ", \"restartPolicy\": \"Always\"" : "");
      (parts[0].equals("m") ? mains : inits).add(container);
    }
    return PodView.of(
        Pod.KIND.decode(
            Json.parse(
                """
                {"metadata": {"name": "%s", "namespace": "default", "uid": "%s"},
                 "spec": {"initContainers": [%s], "containers": [%s]}}
                """
                    .formatted(uid, uid, String.join(",", inits), String.join(",", mains)))));
  }
}
