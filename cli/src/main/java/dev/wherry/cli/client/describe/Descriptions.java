package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.http.Api;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** Describes objects of any kind. */
public final class Descriptions {
  @FunctionalInterface
  private interface Describer {
    void describe(JsonNode object, Page page, Surroundings around);
  }

  private final Surroundings around;

  /**
   * @param events whether the events of an object are shown
   */
  public Descriptions(Api api, boolean events, InstantSource clock) {
    this.around = new Surroundings(api, events, clock);
  }

  /** The description of an object, ending in a line feed. */
  public String describe(ResourceType type, JsonNode object) {
    if (object instanceof ObjectNode whole && !whole.has("kind")) {
      whole.put("apiVersion", type.apiVersion()).put("kind", type.kind());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Page page = new Page(new PrintStream(bytes, false, StandardCharsets.UTF_8));
    of(type).describe(object, page, around);
    page.flush();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Describer of(ResourceType type) {
    return switch (type.resource()) {
      case "pods" -> PodPages::pod;
      case "nodes" -> NodePages::node;
      case "services" -> CorePages::service;
      case "endpoints" -> CorePages::endpointsObject;
      case "endpointslices.discovery.k8s.io" -> CorePages::endpointSlice;
      case "configmaps" -> CorePages::configMap;
      case "secrets" -> CorePages::secret;
      case "namespaces" -> CorePages::namespace;
      case "serviceaccounts" -> CorePages::serviceAccount;
      case "deployments.apps" -> WorkloadPages::deployment;
      case "replicasets.apps" -> WorkloadPages::replicaSet;
      case "statefulsets.apps" -> WorkloadPages::statefulSet;
      case "daemonsets.apps" -> WorkloadPages::daemonSet;
      case "ingresses.networking.k8s.io" -> IngressPages::ingress;
      case "ingressclasses.networking.k8s.io" -> IngressPages::ingressClass;
      case "horizontalpodautoscalers.autoscaling" -> AutoscalerPages::autoscaler;
      case "poddisruptionbudgets.policy" -> PolicyPages::disruptionBudget;
      case "resourcequotas" -> PolicyPages::quota;
      case "limitranges" -> PolicyPages::limitRange;
      case "replicationcontrollers" -> WorkloadPages::replicationController;
      case "jobs.batch" -> WorkloadPages::job;
      case "cronjobs.batch" -> WorkloadPages::cronJob;
      case "persistentvolumeclaims" -> StoragePages::claim;
      case "persistentvolumes" -> StoragePages::volume;
      case "storageclasses.storage.k8s.io" -> StoragePages::storageClass;
      case "priorityclasses.scheduling.k8s.io" -> CorePages::priorityClass;
      case "roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io" ->
          RolePages::role;
      case "rolebindings.rbac.authorization.k8s.io",
          "clusterrolebindings.rbac.authorization.k8s.io" ->
          RolePages::binding;
      default -> GenericPage::describe;
    };
  }
}
