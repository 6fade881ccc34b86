package dev.wherry.kubelet.placement;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;

/** The machines of upstream's tests, and pods for them. */
final class Machines {
  private Machines() {}

  /** One socket, four cores of two threads: CPU n and n + 4 share a core. */
  static Topology singleSocket() {
    return machine(8, 4, 1);
  }

  /** Two sockets that are nodes, three cores each; even CPUs in the first, odd in the second. */
  static Topology dualSocket() {
    return machine(12, 6, 2);
  }

  private static Topology machine(int cpus, int cores, int sockets) {
    List<Topology.Cpu> all = new ArrayList<>();
    for (int id = 0; id < cpus; id++) {
      int core = id % cores;
      all.add(new Topology.Cpu(id, core, core % sockets, core % sockets));
    }
    return Topology.of(all);
  }

  /**
   * A pod of containers such as {@code m:2}, the pod's own with two CPUs; {@code i} for an init
   * container, {@code s} for a sidecar, {@code b} for one whose request is below its limit.
   */
  static PodView pod(String uid, String... containers) {
    List<String> inits = new ArrayList<>();
    List<String> mains = new ArrayList<>();
    for (int n = 0; n < containers.length; n++) {
      String[] parts = containers[n].split(":");
      String container =
          """
          {"name": "%s%d", "image": "x", %s "resources": {
            "requests": {"cpu": "%s", "memory": "1Mi"}, "limits": {"cpu": "%s", "memory": "1Mi"}}}\
          """
              .formatted(
                  parts[0],
                  n,
                  parts[0].equals("s") ? "\"restartPolicy\": \"Always\"," : "",
                  parts[0].equals("b") ? "10m" : parts[1],
                  parts[1]);
      (parts[0].equals("i") || parts[0].equals("s") ? inits : mains).add(container);
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
