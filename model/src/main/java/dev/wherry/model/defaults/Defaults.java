package dev.wherry.model.defaults;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;
import java.util.Map;
import java.util.function.Consumer;

/** Fills in what a client left out of an object of a built-in kind. */
public final class Defaults {
  private static final int TOKEN_SECONDS = 3600;

  private static final Map<String, Consumer<ObjectNode>> CORE =
      Map.ofEntries(
          Map.entry("Pod", PodDefaults::pod),
          Map.entry("PodTemplate", WorkloadDefaults::template),
          Map.entry("ReplicationController", WorkloadDefaults::replicationController),
          Map.entry("Service", CoreDefaults::service),
          Map.entry("Endpoints", CoreDefaults::endpoints),
          Map.entry("Namespace", CoreDefaults::namespace),
          Map.entry("Node", CoreDefaults::node),
          Map.entry("LimitRange", CoreDefaults::limitRange),
          Map.entry("Secret", CoreDefaults::secret),
          Map.entry("PersistentVolume", VolumeDefaults::persistentVolume),
          Map.entry("PersistentVolumeClaim", VolumeDefaults::claim));

  private static final Map<String, Consumer<ObjectNode>> GROUPS =
      Map.ofEntries(
          Map.entry("Deployment.apps", WorkloadDefaults::deployment),
          Map.entry("DaemonSet.apps", WorkloadDefaults::daemonSet),
          Map.entry("StatefulSet.apps", WorkloadDefaults::statefulSet),
          Map.entry("ReplicaSet.apps", WorkloadDefaults::replicaSet),
          Map.entry("Job.batch", WorkloadDefaults::job),
          Map.entry("CronJob.batch", WorkloadDefaults::cronJob),
          Map.entry("HorizontalPodAutoscaler.autoscaling", WorkloadDefaults::autoscaler),
          Map.entry("NetworkPolicy.networking.k8s.io", PolicyDefaults::networkPolicy),
          Map.entry("IngressClass.networking.k8s.io", PolicyDefaults::ingressClass),
          Map.entry("EndpointSlice.discovery.k8s.io", PolicyDefaults::endpointSlice),
          Map.entry("RoleBinding.rbac.authorization.k8s.io", PolicyDefaults::binding),
          Map.entry("ClusterRoleBinding.rbac.authorization.k8s.io", PolicyDefaults::binding),
          Map.entry("StorageClass.storage.k8s.io", PolicyDefaults::storageClass),
          Map.entry("CSIDriver.storage.k8s.io", PolicyDefaults::csiDriver),
          Map.entry(
              "PriorityClass.scheduling.k8s.io",
              priority -> Fill.optionalText(priority, "preemptionPolicy", "PreemptLowerPriority")),
          Map.entry(
              "TokenRequest.authentication.k8s.io",
              request ->
                  Fill.number(Fill.child(request, "spec"), "expirationSeconds", TOKEN_SECONDS)),
          Map.entry(
              "MutatingWebhookConfiguration.admissionregistration.k8s.io",
              PolicyDefaults::webhooks),
          Map.entry(
              "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
              PolicyDefaults::webhooks),
          Map.entry(
              "ValidatingAdmissionPolicy.admissionregistration.k8s.io",
              PolicyDefaults::admissionPolicy),
          Map.entry(
              "MutatingAdmissionPolicy.admissionregistration.k8s.io",
              PolicyDefaults::admissionPolicy),
          Map.entry(
              "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
              PolicyDefaults::admissionPolicyBinding),
          Map.entry(
              "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io",
              PolicyDefaults::admissionPolicyBinding),
          Map.entry(
              "CustomResourceDefinition.apiextensions.k8s.io",
              PolicyDefaults::customResourceDefinition),
          Map.entry("APIService.apiregistration.k8s.io", PolicyDefaults::apiService),
          Map.entry("FlowSchema.flowcontrol.apiserver.k8s.io", PolicyDefaults::flowSchema),
          Map.entry(
              "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io",
              PolicyDefaults::priorityLevel),
          Map.entry("ResourceClaim.resource.k8s.io", PolicyDefaults::resourceClaim),
          Map.entry(
              "ResourceClaimTemplate.resource.k8s.io", PolicyDefaults::resourceClaimTemplate));

  private Defaults() {}

  /** Changes the object in place; applying it twice changes nothing more. */
  public static void apply(KindInfo kind, ObjectNode object) {
    Map<String, Consumer<ObjectNode>> rules = kind.group().isEmpty() ? CORE : GROUPS;
    String name = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
    Consumer<ObjectNode> rule = rules.get(name);
    if (rule != null) {
      rule.accept(object);
    }
  }
}
