package dev.wherry.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.staticpod.Mirrors;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServiceAccount;
import dev.wherry.model.json.Json;
import dev.wherry.model.node.v1.RuntimeClass;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pods' view of the cluster over an {@link ApiClient}. */
final class ApiPodApi implements PodApi {
  private final ApiClient api;
  private final Informer<Service> services;
  private final OwnNode node;
  private final Mirrors mirrors;

  /** What the agent knows of its own node. */
  interface OwnNode {
    String name();

    /** As last read or written; empty before. */
    Optional<Node> known();

    Map<String, Quantity> allocatable();
  }

  ApiPodApi(ApiClient api, Informer<Service> services, OwnNode node, Mirrors mirrors) {
    this.api = api;
    this.services = services;
    this.node = node;
    this.mirrors = mirrors;
  }

  @Override
  public Optional<ConfigMap> configMap(String namespace, String name) {
    return api.find(ConfigMap.KIND, namespace, name);
  }

  @Override
  public Optional<Secret> secret(String namespace, String name) {
    return api.find(Secret.KIND, namespace, name);
  }

  @Override
  public Optional<PersistentVolumeClaim> claim(String namespace, String name) {
    return api.find(PersistentVolumeClaim.KIND, namespace, name);
  }

  @Override
  public Optional<PersistentVolume> volume(String name) {
    return api.find(PersistentVolume.KIND, "", name);
  }

  @Override
  public List<Service> services() {
    return services.list();
  }

  @Override
  public Token token(Pod pod, String audience, long expirationSeconds) {
    ObjectNode request = Json.object();
    request.put("apiVersion", "authentication.k8s.io/v1").put("kind", "TokenRequest");
    ObjectNode spec = request.putObject("spec");
    if (!audience.isEmpty()) {
      spec.putArray("audiences").add(audience);
    }
    spec.put("expirationSeconds", expirationSeconds);
    spec.putObject("boundObjectRef")
        .put("kind", "Pod")
        .put("apiVersion", "v1")
        .put("name", pod.metadata().name())
        .put("uid", pod.metadata().uid());
    String account = pod.spec().serviceAccountName();
    JsonNode answer =
        api.subresource(
            "create",
            ServiceAccount.KIND,
            pod.metadata().namespace(),
            account.isEmpty() ? "default" : account,
            "token",
            request);
    JsonNode status = answer.path("status");
    return new Token(
        status.path("token").asText(), Instant.parse(status.path("expirationTimestamp").asText()));
  }

  @Override
  public Optional<Pod> pod(String namespace, String name) {
    return api.find(Pod.KIND, namespace, name);
  }

  /** What is told of a pod of the node's own goes to its mirror, once there is one. */
  @Override
  public String patchStatus(Pod pod, JsonNode patch) {
    if (PodView.of(pod).ofThisNode()) {
      Optional<Pod> mirror = mirrors.of(pod);
      if (mirror.isEmpty()) {
        return "";
      }
      ((ObjectNode) patch.path("metadata")).put("uid", mirror.get().metadata().uid());
    }
    try {
      return api.patch(
              Pod.KIND,
              pod.metadata().namespace(),
              pod.metadata().name(),
              PatchType.STRATEGIC_MERGE,
              patch,
              "status")
          .metadata()
          .resourceVersion();
    } catch (ApiException e) {
      // Only the uid can be in conflict: another pod has the name by now.
      boolean replaced = e.reason() == Reason.CONFLICT && !PodView.of(pod).ofThisNode();
      throw replaced ? ApiException.notFound(Pod.KIND.info(), pod.metadata().name()) : e;
    }
  }

  @Override
  public void delete(Pod pod) {
    if (PodView.of(pod).ofThisNode()) {
      return;
    }
    try {
      api.delete(
          Pod.KIND,
          pod.metadata().namespace(),
          pod.metadata().name(),
          DeleteOptions.ofUid(pod.metadata().uid()).withGrace(0));
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND && e.reason() != Reason.CONFLICT) {
        throw e;
      }
    }
  }

  @Override
  public Map<String, Quantity> allocatable() {
    return node.allocatable();
  }

  @Override
  public Optional<String> handler(String runtimeClass) {
    return api.find(RuntimeClass.KIND, "", runtimeClass).map(RuntimeClass::handler);
  }

  @Override
  public Optional<Node> node(boolean fresh) {
    Optional<Node> known = fresh ? Optional.empty() : node.known();
    return known.isPresent() ? known : api.find(Node.KIND, "", node.name());
  }
}
