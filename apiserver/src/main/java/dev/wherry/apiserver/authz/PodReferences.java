package dev.wherry.apiserver.authz;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Trees;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The objects a pod or a volume names, and which its node therefore may read. */
final class PodReferences {
  private static final String MIRROR = "kubernetes.io/config.mirror";
  private static final List<String> CONTAINER_LISTS =
      List.of("initContainers", "containers", "ephemeralContainers");

  /** Volume types whose {@code secretRef} names a secret of the pod's namespace. */
  private static final List<String> SECRET_REF_VOLUMES =
      List.of("cephfs", "cinder", "flexVolume", "rbd", "scaleIO", "iscsi", "storageos");

  private final String namespace;
  private final Set<NodeGraph.Ref> refs = new HashSet<>();

  private PodReferences(String namespace) {
    this.namespace = namespace;
  }

  /** All that the pod names, itself included; a mirror pod names nothing but itself. */
  static Set<NodeGraph.Ref> of(NodeGraph.Ref pod, JsonNode tree) {
    PodReferences found = new PodReferences(pod.namespace());
    found.refs.add(pod);
    if (Trees.at(tree, "metadata", "annotations").has(MIRROR)) {
      return Set.copyOf(found.refs);
    }
    JsonNode spec = tree.path("spec");
    found.add(NodeGraph.Type.SERVICE_ACCOUNT, Trees.text(spec, "serviceAccountName"));
    for (JsonNode secret : spec.path("imagePullSecrets")) {
      found.add(NodeGraph.Type.SECRET, Trees.text(secret, "name"));
    }
    for (String list : CONTAINER_LISTS) {
      spec.path(list).forEach(found::addContainer);
    }
    for (JsonNode volume : spec.path("volumes")) {
      found.addVolume(pod.name(), volume);
    }
    for (JsonNode claim : spec.path("resourceClaims")) {
      found.add(NodeGraph.Type.RESOURCE_CLAIM, Trees.text(claim, "resourceClaimName"));
    }
    for (JsonNode claim : Trees.at(tree, "status", "resourceClaimStatuses")) {
      found.add(NodeGraph.Type.RESOURCE_CLAIM, Trees.text(claim, "resourceClaimName"));
    }
    return Set.copyOf(found.refs);
  }

  /** The secrets a PersistentVolume names; without a namespace they are in the claim's. */
  static Set<NodeGraph.Ref> secretsOfVolume(JsonNode volume, String claimNamespace) {
    Set<NodeGraph.Ref> secrets = new HashSet<>();
    JsonNode spec = volume.path("spec");
    for (JsonNode source : spec) {
      JsonNode azure = source.path("secretName");
      if (azure.isTextual()) {
        String home = Trees.text(source, "secretNamespace");
        addSecret(secrets, home.isEmpty() ? claimNamespace : home, azure.textValue());
      }
      for (String field :
          List.of(
              "secretRef",
              "controllerPublishSecretRef",
              "nodePublishSecretRef",
              "nodeStageSecretRef",
              "controllerExpandSecretRef",
              "nodeExpandSecretRef")) {
        String home = Trees.text(source, field, "namespace");
        addSecret(
            secrets, home.isEmpty() ? claimNamespace : home, Trees.text(source, field, "name"));
      }
    }
    return Set.copyOf(secrets);
  }

  private void addContainer(JsonNode container) {
    for (JsonNode variable : container.path("env")) {
      add(NodeGraph.Type.SECRET, Trees.text(variable, "valueFrom", "secretKeyRef", "name"));
      add(NodeGraph.Type.CONFIG_MAP, Trees.text(variable, "valueFrom", "configMapKeyRef", "name"));
    }
    for (JsonNode source : container.path("envFrom")) {
      add(NodeGraph.Type.SECRET, Trees.text(source, "secretRef", "name"));
      add(NodeGraph.Type.CONFIG_MAP, Trees.text(source, "configMapRef", "name"));
    }
  }

  private void addVolume(String pod, JsonNode volume) {
    add(NodeGraph.Type.SECRET, Trees.text(volume, "secret", "secretName"));
    add(NodeGraph.Type.SECRET, Trees.text(volume, "azureFile", "secretName"));
    add(NodeGraph.Type.SECRET, Trees.text(volume, "csi", "nodePublishSecretRef", "name"));
    for (String type : SECRET_REF_VOLUMES) {
      add(NodeGraph.Type.SECRET, Trees.text(volume, type, "secretRef", "name"));
    }
    add(NodeGraph.Type.CONFIG_MAP, Trees.text(volume, "configMap", "name"));
    for (JsonNode source : Trees.at(volume, "projected", "sources")) {
      add(NodeGraph.Type.SECRET, Trees.text(source, "secret", "name"));
      add(NodeGraph.Type.CONFIG_MAP, Trees.text(source, "configMap", "name"));
    }
    add(NodeGraph.Type.CLAIM, Trees.text(volume, "persistentVolumeClaim", "claimName"));
    if (volume.path("ephemeral").isObject()) {
      add(NodeGraph.Type.CLAIM, pod + "-" + Trees.text(volume, "name"));
    }
  }

  private void add(NodeGraph.Type type, String name) {
    if (!name.isEmpty()) {
      refs.add(new NodeGraph.Ref(type, namespace, name));
    }
  }

  private static void addSecret(Set<NodeGraph.Ref> secrets, String namespace, String name) {
    if (!name.isEmpty()) {
      secrets.add(new NodeGraph.Ref(NodeGraph.Type.SECRET, namespace, name));
    }
  }
}
