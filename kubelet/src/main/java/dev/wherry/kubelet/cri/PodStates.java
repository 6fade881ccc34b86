package dev.wherry.kubelet.cri;

import dev.wherry.proto.cri.v1.Container;
import dev.wherry.proto.cri.v1.ContainerState;
import dev.wherry.proto.cri.v1.PodSandbox;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * The cheap picture of the whole runtime by which a relist finds the pods that changed.
 *
 * @param pods by pod uid, its sandboxes and containers by id with their state's name
 * @param names by pod uid, its namespace and name
 */
public record PodStates(Map<String, Map<String, String>> pods, Map<String, PodName> names) {

  /** A pod's namespace and name. */
  public record PodName(String namespace, String name) {}

  public static final PodStates NONE = new PodStates(Map.of(), Map.of());

  static PodStates of(List<PodSandbox> sandboxes, List<Container> containers) {
    Map<String, Map<String, String>> pods = new LinkedHashMap<>();
    Map<String, PodName> names = new HashMap<>();
    for (PodSandbox sandbox : sandboxes) {
      Map<String, String> labels = sandbox.getLabelsMap();
      note(pods, names, labels, sandbox.getId(), sandbox.getState().name());
    }
    for (Container container : containers) {
      Map<String, String> labels = container.getLabelsMap();
      note(pods, names, labels, container.getId(), container.getState().name());
    }
    return new PodStates(pods, names);
  }

  private static void note(
      Map<String, Map<String, String>> pods,
      Map<String, PodName> names,
      Map<String, String> labels,
      String id,
      String state) {
    String uid = labels.getOrDefault(CriLabels.POD_UID, "");
    pods.computeIfAbsent(uid, _ -> new LinkedHashMap<>()).put(id, state);
    names.putIfAbsent(
        uid,
        new PodName(
            labels.getOrDefault(CriLabels.POD_NAMESPACE, ""),
            labels.getOrDefault(CriLabels.POD_NAME, "")));
  }

  /** The uids of the pods that differ between two pictures. */
  public Set<String> changedSince(PodStates before) {
    Set<String> changed = new TreeSet<>();
    Set<String> uids = new TreeSet<>(pods.keySet());
    uids.addAll(before.pods.keySet());
    for (String uid : uids) {
      if (!Objects.equals(pods.get(uid), before.pods.get(uid))) {
        changed.add(uid);
      }
    }
    return changed;
  }

  static ContainerSnapshot.State state(ContainerState state) {
    return switch (state) {
      case CONTAINER_CREATED -> ContainerSnapshot.State.CREATED;
      case CONTAINER_RUNNING -> ContainerSnapshot.State.RUNNING;
      case CONTAINER_EXITED -> ContainerSnapshot.State.EXITED;
      case CONTAINER_UNKNOWN, UNRECOGNIZED -> ContainerSnapshot.State.UNKNOWN;
    };
  }
}
