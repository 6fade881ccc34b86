package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which node needs which objects, because of the pods bound to it: pod to secrets, config maps,
 * service account, claims; claim to volume; volume to its secrets; attachment to node. Written by
 * the watch cache's event thread alone; any thread reads.
 */
public final class NodeGraph {
  /** The kinds of object a node's access is limited to. */
  enum Type {
    POD,
    SECRET,
    CONFIG_MAP,
    SERVICE_ACCOUNT,
    CLAIM,
    VOLUME,
    RESOURCE_CLAIM,
    ATTACHMENT,
    RESOURCE_SLICE
  }

  /** One object; namespace "" for cluster scope. */
  record Ref(Type type, String namespace, String name) {}

  private record PodEdges(String node, Set<Ref> refs) {}

  private record VolumeEdges(Ref claim, Set<Ref> secrets) {}

  // Object -> node -> how many edges lead there. Changed in place: thousands of pods name the same
  // account and authority.
  private final Map<Ref, ConcurrentHashMap<String, Integer>> nodesOf = new ConcurrentHashMap<>();
  // Secret -> the volumes that name it; volume -> its claim.
  private final Map<Ref, Set<Ref>> volumesOfSecret = new ConcurrentHashMap<>();
  private final Map<Ref, VolumeEdges> volumes = new ConcurrentHashMap<>();
  // Only the event thread touches these.
  private final Map<Ref, PodEdges> pods = new HashMap<>();
  private final Map<Ref, String> direct = new HashMap<>();

  /** Follows pods, volumes, attachments and resource slices of a view. */
  public static NodeGraph following(ObjectView view) {
    NodeGraph graph = new NodeGraph();
    graph.follow(view, Resource.PERSISTENT_VOLUMES, Type.VOLUME);
    graph.follow(view, Resource.VOLUME_ATTACHMENTS, Type.ATTACHMENT);
    graph.follow(view, new Resource("resource.k8s.io", "resourceslices"), Type.RESOURCE_SLICE);
    graph.follow(view, Resource.PODS, Type.POD);
    return graph;
  }

  /** True when a pod on the node (or the object itself) leads to the object. */
  boolean leadsTo(String node, Ref ref) {
    ConcurrentHashMap<String, Integer> nodes = nodesOf.get(ref);
    if (nodes != null && nodes.containsKey(node)) {
      return true;
    }
    return switch (ref.type()) {
      case VOLUME -> {
        VolumeEdges edges = volumes.get(ref);
        yield edges != null && leadsTo(node, edges.claim());
      }
      case SECRET ->
          volumesOfSecret.getOrDefault(ref, Set.of()).stream().anyMatch(v -> leadsTo(node, v));
      case POD, CONFIG_MAP, SERVICE_ACCOUNT, CLAIM, RESOURCE_CLAIM, ATTACHMENT, RESOURCE_SLICE ->
          false;
    };
  }

  private void follow(ObjectView view, Resource resource, Type type) {
    view.subscribe(
        resource,
        new ObjectListener() {
          @Override
          public String onlyWith() {
            // A pod leads to nothing before it is bound, and most writes of one come before.
            return type == Type.POD ? "spec.nodeName" : "";
          }

          @Override
          public void stored(ObjectNode object) {
            put(type, object);
          }

          @Override
          public void removed(String namespace, String name) {
            remove(new Ref(type, namespace, name));
          }
        });
  }

  void put(Type type, JsonNode object) {
    Ref ref = new Ref(type, Trees.namespace(object), Trees.name(object));
    switch (type) {
      case POD -> putPod(ref, object);
      case VOLUME -> putVolume(ref, object);
      case ATTACHMENT, RESOURCE_SLICE -> putDirect(ref, Trees.text(object, "spec", "nodeName"));
      case SECRET, CONFIG_MAP, SERVICE_ACCOUNT, CLAIM, RESOURCE_CLAIM ->
          throw new IllegalArgumentException(type + " is not followed");
    }
  }

  void remove(Ref ref) {
    PodEdges pod = pods.remove(ref);
    if (pod != null) {
      pod.refs().forEach(target -> unlink(target, pod.node()));
    }
    String node = direct.remove(ref);
    if (node != null) {
      unlink(ref, node);
    }
    VolumeEdges volume = volumes.remove(ref);
    if (volume != null) {
      for (Ref secret : volume.secrets()) {
        volumesOfSecret.computeIfPresent(secret, (_, old) -> without(old, ref));
      }
    }
  }

  private void putPod(Ref ref, JsonNode pod) {
    String node = Trees.text(pod, "spec", "nodeName");
    PodEdges next = new PodEdges(node, node.isEmpty() ? Set.of() : PodReferences.of(ref, pod));
    PodEdges old = pods.get(ref);
    if (next.equals(old)) {
      return;
    }
    // New edges first: a reader must not find access missing that both states grant.
    next.refs().forEach(target -> link(target, node));
    if (old != null) {
      old.refs().forEach(target -> unlink(target, old.node()));
    }
    pods.put(ref, next);
  }

  private void putVolume(Ref ref, JsonNode volume) {
    JsonNode claim = Trees.at(volume, "spec", "claimRef");
    Ref claimRef = new Ref(Type.CLAIM, Trees.text(claim, "namespace"), Trees.text(claim, "name"));
    Set<Ref> secrets = PodReferences.secretsOfVolume(volume, claimRef.namespace());
    remove(ref);
    volumes.put(ref, new VolumeEdges(claimRef, secrets));
    for (Ref secret : secrets) {
      volumesOfSecret.computeIfAbsent(secret, k -> ConcurrentHashMap.newKeySet()).add(ref);
    }
  }

  private void putDirect(Ref ref, String node) {
    remove(ref);
    if (!node.isEmpty()) {
      direct.put(ref, node);
      link(ref, node);
    }
  }

  private void link(Ref target, String node) {
    nodesOf.computeIfAbsent(target, t -> new ConcurrentHashMap<>()).merge(node, 1, Integer::sum);
  }

  @SuppressWarnings("NullAway") // ConcurrentHashMap removes the entry when the function gives null
  private void unlink(Ref target, String node) {
    nodesOf.computeIfPresent(
        target,
        (_, counts) -> {
          counts.computeIfPresent(node, (_, n) -> n == 1 ? null : n - 1);
          return counts.isEmpty() ? null : counts;
        });
  }

  @SuppressWarnings("NullAway") // ConcurrentHashMap removes the entry when the function gives null
  private static Set<Ref> without(Set<Ref> all, Ref one) {
    all.remove(one);
    return all.isEmpty() ? null : all;
  }
}
