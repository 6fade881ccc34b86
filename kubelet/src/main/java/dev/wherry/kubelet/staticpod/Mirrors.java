package dev.wherry.kubelet.staticpod;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The mirrors that the API has of this node's own pods. Safe for many threads. */
public final class Mirrors {
  /** Marks a mirror; its value is the hash of the pod it shows. */
  public static final String MIRROR = "kubernetes.io/config.mirror";

  private final Map<String, Pod> byName = new ConcurrentHashMap<>();

  /** Whether the API's pod only shows one of a node. */
  public static boolean isMirror(Pod pod) {
    return pod.metadata().annotations().containsKey(MIRROR);
  }

  static String name(Pod pod) {
    return pod.metadata().namespace() + "/" + pod.metadata().name();
  }

  static String hash(Pod pod) {
    return pod.metadata().annotations().getOrDefault(StaticPodFile.HASH, "");
  }

  /** The mirror that shows exactly this pod of the node. */
  public Optional<Pod> of(Pod pod) {
    return Optional.ofNullable(byName.get(name(pod)))
        .filter(mirror -> shows(mirror, pod) && mirror.metadata().deletionTimestamp() == null);
  }

  static boolean shows(Pod mirror, Pod pod) {
    return mirror.metadata().annotations().getOrDefault(MIRROR, "").equals(hash(pod));
  }

  /** A pod that shows this one in the API, as the node's own. */
  static Pod mirror(Pod pod, List<OwnerReference> node) {
    Map<String, String> annotations = new LinkedHashMap<>(pod.metadata().annotations());
    annotations.put(MIRROR, hash(pod));
    ObjectMeta meta =
        ObjectMeta.builder()
            .name(pod.metadata().name())
            .namespace(pod.metadata().namespace())
            .labels(pod.metadata().labels())
            .annotations(annotations)
            .ownerReferences(
                node.stream().map(o -> o.toBuilder().controller(true).build()).toList())
            .build();
    return Pod.builder().metadata(meta).spec(pod.spec()).build();
  }

  void put(Pod mirror) {
    byName.put(name(mirror), mirror);
  }

  void remove(Pod mirror) {
    byName.computeIfPresent(
        name(mirror),
        (_, known) -> known.metadata().uid().equals(mirror.metadata().uid()) ? null : known);
  }

  /** Takes a mirror out of the API; one that is gone or another by now is left alone. */
  public void delete(ApiClient api, Pod mirror) {
    try {
      api.delete(
          Pod.KIND,
          mirror.metadata().namespace(),
          mirror.metadata().name(),
          DeleteOptions.ofUid(mirror.metadata().uid()).withGrace(0));
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND && e.reason() != Reason.CONFLICT) {
        throw e;
      }
    }
    remove(mirror);
  }

  Map<String, Pod> all() {
    return Map.copyOf(byName);
  }
}
