package dev.wherry.kubelet.pod;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.Service;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the kubelet's pods need of the cluster. Blocking; failures of the API are its {@code
 * ApiException}s.
 */
public interface PodApi {
  Optional<ConfigMap> configMap(String namespace, String name);

  Optional<Secret> secret(String namespace, String name);

  Optional<PersistentVolumeClaim> claim(String namespace, String name);

  /** A volume that a claim of one of the node's pods has. */
  Optional<PersistentVolume> volume(String name);

  /** All services, from the informer. */
  List<Service> services();

  /** A token for a pod's service account, bound to the pod. */
  Token token(Pod pod, String audience, long expirationSeconds);

  /** The pod as the API has it now, whatever its uid. */
  Optional<Pod> pod(String namespace, String name);

  /**
   * Strategic merge patch of the status; the patch carries the uid. Returns the version of the
   * object that it made; "" where that is another object than the pod.
   */
  String patchStatus(Pod pod, JsonNode patch);

  /** Removes the object now, if it is still this pod. */
  void delete(Pod pod);

  /**
   * The node's own object; empty while there is none.
   *
   * @param fresh whether it must be read now
   */
  Optional<Node> node(boolean fresh);

  /** The runtime's handler for a class of runtimes; empty when there is no such class. */
  Optional<String> handler(String runtimeClass);

  /** What this node can give to pods, for limits that are not set. */
  Map<String, Quantity> allocatable();

  /** A token and its last moment. */
  record Token(String token, Instant expires) {}
}
