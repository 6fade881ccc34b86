package dev.wherry.apiserver.defaulting;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The defaults of every kind that has any. */
public final class KindDefaults {
  private static final int AFFINITY_SECONDS = 10_800;
  private static final String RBAC = "rbac.authorization.k8s.io";

  private static final Map<String, Consumer<ObjectNode>> BY_RESOURCE =
      Map.ofEntries(
          entry("pods", PodDefaults::pod),
          entry(
              "podtemplates",
              o -> PodDefaults.spec(Fill.object(Fill.object(o, "template"), "spec"))),
          entry("services", KindDefaults::service),
          entry("endpoints", KindDefaults::endpoints),
          entry("secrets", KindDefaults::secret),
          entry("namespaces", KindDefaults::namespace),
          entry("nodes", KindDefaults::node),
          entry("persistentvolumeclaims", KindDefaults::claim),
          entry("persistentvolumes", KindDefaults::volume),
          entry("replicationcontrollers", WorkloadDefaults::replicationController),
          entry("deployments.apps", WorkloadDefaults::deployment),
          entry("replicasets.apps", WorkloadDefaults::replicaSet),
          entry("statefulsets.apps", WorkloadDefaults::statefulSet),
          entry("daemonsets.apps", WorkloadDefaults::daemonSet),
          entry("jobs.batch", WorkloadDefaults::job),
          entry("cronjobs.batch", WorkloadDefaults::cronJob),
          entry("endpointslices.discovery.k8s.io", KindDefaults::endpointSlice),
          entry("rolebindings." + RBAC, KindDefaults::binding),
          entry("clusterrolebindings." + RBAC, KindDefaults::binding),
          entry(
              "horizontalpodautoscalers.autoscaling",
              o -> Fill.number(Fill.object(o, "spec"), "minReplicas", 1)),
          entry("networkpolicies.networking.k8s.io", KindDefaults::networkPolicy),
          entry("ingresses.networking.k8s.io", o -> {}),
          entry(
              "priorityclasses.scheduling.k8s.io",
              o -> Fill.text(o, "preemptionPolicy", "PreemptLowerPriority")),
          entry("storageclasses.storage.k8s.io", KindDefaults::storageClass),
          entry("csidrivers.storage.k8s.io", KindDefaults::csiDriver));

  private KindDefaults() {}

  /** Fills in what was left out of an object of a built-in kind, in place. */
  public static void apply(KindInfo kind, ObjectNode object) {
    Consumer<ObjectNode> defaults = BY_RESOURCE.get(kind.resource());
    if (defaults != null) {
      defaults.accept(object);
    }
  }

  private static void service(ObjectNode service) {
    ObjectNode spec = Fill.object(service, "spec");
    Fill.text(spec, "sessionAffinity", "None");
    Fill.text(spec, "type", "ClusterIP");
    String type = spec.path("type").asText();
    if (spec.path("sessionAffinity").asText().equals("ClientIP")) {
      ObjectNode clientIp = Fill.object(Fill.object(spec, "sessionAffinityConfig"), "clientIP");
      Fill.number(clientIp, "timeoutSeconds", AFFINITY_SECONDS);
    }
    for (ObjectNode port : Fill.objects(spec, "ports")) {
      Fill.text(port, "protocol", "TCP");
      if (Fill.absent(port, "targetPort") || port.path("targetPort").asText().equals("0")) {
        port.set("targetPort", port.path("port"));
      }
    }
    boolean external = type.equals("NodePort") || type.equals("LoadBalancer");
    if (external || !spec.path("externalIPs").isEmpty()) {
      Fill.text(spec, "externalTrafficPolicy", "Cluster");
    }
    if (!type.equals("ExternalName")) {
      Fill.text(spec, "internalTrafficPolicy", "Cluster");
    }
    if (type.equals("LoadBalancer")) {
      Fill.flag(spec, "allocateLoadBalancerNodePorts", true);
    }
  }

  private static void endpoints(ObjectNode endpoints) {
    for (ObjectNode subset : Fill.objects(endpoints, "subsets")) {
      Fill.objects(subset, "ports").forEach(port -> Fill.text(port, "protocol", "TCP"));
    }
  }

  private static void endpointSlice(ObjectNode slice) {
    for (ObjectNode port : Fill.objects(slice, "ports")) {
      if (!port.has("name")) {
        port.put("name", "");
      }
      Fill.text(port, "protocol", "TCP");
    }
  }

  /** {@code stringData} is write-only: its entries become data. */
  private static void secret(ObjectNode secret) {
    Fill.text(secret, "type", "Opaque");
    JsonNode texts = secret.remove("stringData");
    if (texts instanceof ObjectNode entries && !entries.isEmpty()) {
      ObjectNode data = Fill.object(secret, "data");
      for (Map.Entry<String, JsonNode> e : entries.properties()) {
        byte[] bytes = e.getValue().asText().getBytes(StandardCharsets.UTF_8);
        data.put(e.getKey(), Base64.getEncoder().encodeToString(bytes));
      }
    }
  }

  private static void namespace(ObjectNode namespace) {
    Fill.text(Fill.object(namespace, "status"), "phase", "Active");
    ObjectNode metadata = Fill.object(namespace, "metadata");
    String name = metadata.path("name").asText();
    if (!name.isEmpty()) {
      Fill.object(metadata, "labels").put("kubernetes.io/metadata.name", name);
    }
  }

  private static void node(ObjectNode node) {
    ObjectNode status = Fill.object(node, "status");
    if (status.path("allocatable").isEmpty() && !status.path("capacity").isEmpty()) {
      status.set("allocatable", status.get("capacity").deepCopy());
    }
  }

  static void claim(ObjectNode claim) {
    Fill.text(Fill.object(claim, "spec"), "volumeMode", "Filesystem");
    Fill.text(Fill.object(claim, "status"), "phase", "Pending");
  }

  private static void volume(ObjectNode volume) {
    ObjectNode spec = Fill.object(volume, "spec");
    Fill.text(spec, "persistentVolumeReclaimPolicy", "Retain");
    Fill.text(spec, "volumeMode", "Filesystem");
    Fill.text(Fill.object(volume, "status"), "phase", "Pending");
  }

  private static void binding(ObjectNode binding) {
    Fill.text(Fill.object(binding, "roleRef"), "apiGroup", RBAC);
    for (ObjectNode subject : Fill.objects(binding, "subjects")) {
      if (!subject.path("kind").asText().equals("ServiceAccount")) {
        Fill.text(subject, "apiGroup", RBAC);
      }
    }
  }

  private static void networkPolicy(ObjectNode policy) {
    ObjectNode spec = Fill.object(policy, "spec");
    for (String direction : List.of("ingress", "egress")) {
      for (ObjectNode rule : Fill.objects(spec, direction)) {
        Fill.objects(rule, "ports").forEach(port -> Fill.text(port, "protocol", "TCP"));
      }
    }
    if (spec.path("policyTypes").isEmpty()) {
      var types = spec.putArray("policyTypes").add("Ingress");
      if (!spec.path("egress").isEmpty()) {
        types.add("Egress");
      }
    }
  }

  private static void storageClass(ObjectNode storage) {
    Fill.text(storage, "reclaimPolicy", "Delete");
    Fill.text(storage, "volumeBindingMode", "Immediate");
  }

  private static void csiDriver(ObjectNode driver) {
    ObjectNode spec = Fill.object(driver, "spec");
    Fill.flag(spec, "attachRequired", true);
    Fill.flag(spec, "podInfoOnMount", false);
    Fill.flag(spec, "storageCapacity", false);
    Fill.text(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    Fill.flag(spec, "requiresRepublish", false);
    Fill.flag(spec, "seLinuxMount", false);
    if (spec.path("volumeLifecycleModes").isEmpty()) {
      spec.putArray("volumeLifecycleModes").add("Persistent");
    }
  }
}
