package dev.wherry.apiserver.table;

import static java.util.Map.entry;

import java.util.Map;

/** The table of every built-in resource, by group and plural name. */
public final class Tables {
  private static final Map<String, KindTable> BUILT_IN =
      Map.ofEntries(
          entry("pods", CoreTables.pods()),
          entry("podtemplates", CoreTables.podTemplates()),
          entry("nodes", CoreTables.nodes()),
          entry("namespaces", CoreTables.namespaces()),
          entry("secrets", CoreTables.secrets()),
          entry("configmaps", CoreTables.configMaps()),
          entry("serviceaccounts", CoreTables.serviceAccounts()),
          entry("componentstatuses", CoreTables.componentStatuses()),
          entry("resourcequotas", CoreTables.resourceQuotas()),
          entry("limitranges", KindTable.nameAndCreatedAt()),
          entry("events", CoreTables.events()),
          entry("events.events.k8s.io", CoreTables.newEvents()),
          entry("replicationcontrollers", WorkloadTables.replicationControllers()),
          entry("replicasets.apps", WorkloadTables.replicaSets()),
          entry("deployments.apps", WorkloadTables.deployments()),
          entry("statefulsets.apps", WorkloadTables.statefulSets()),
          entry("daemonsets.apps", WorkloadTables.daemonSets()),
          entry("controllerrevisions.apps", WorkloadTables.controllerRevisions()),
          entry("jobs.batch", WorkloadTables.jobs()),
          entry("cronjobs.batch", WorkloadTables.cronJobs()),
          entry("poddisruptionbudgets.policy", WorkloadTables.podDisruptionBudgets()),
          entry("horizontalpodautoscalers.autoscaling", WorkloadTables.horizontalPodAutoscalers()),
          entry("services", NetworkTables.services()),
          entry("endpoints", NetworkTables.endpoints()),
          entry("endpointslices.discovery.k8s.io", NetworkTables.endpointSlices()),
          entry("ingresses.networking.k8s.io", NetworkTables.ingresses()),
          entry("ingressclasses.networking.k8s.io", NetworkTables.ingressClasses()),
          entry("networkpolicies.networking.k8s.io", NetworkTables.networkPolicies()),
          entry("ipaddresses.networking.k8s.io", NetworkTables.ipAddresses()),
          entry("servicecidrs.networking.k8s.io", NetworkTables.serviceCidrs()),
          entry("persistentvolumes", StorageTables.persistentVolumes()),
          entry("persistentvolumeclaims", StorageTables.persistentVolumeClaims()),
          entry("storageclasses.storage.k8s.io", StorageTables.storageClasses()),
          entry("volumeattributesclasses.storage.k8s.io", StorageTables.volumeAttributesClasses()),
          entry("volumeattachments.storage.k8s.io", StorageTables.volumeAttachments()),
          entry("csinodes.storage.k8s.io", StorageTables.csiNodes()),
          entry("csidrivers.storage.k8s.io", StorageTables.csiDrivers()),
          entry("csistoragecapacities.storage.k8s.io", KindTable.nameAndCreatedAt()),
          entry("roles.rbac.authorization.k8s.io", KindTable.nameAndCreatedAt()),
          entry("clusterroles.rbac.authorization.k8s.io", KindTable.nameAndCreatedAt()),
          entry("rolebindings.rbac.authorization.k8s.io", PolicyTables.bindings()),
          entry("clusterrolebindings.rbac.authorization.k8s.io", PolicyTables.bindings()),
          entry(
              "certificatesigningrequests.certificates.k8s.io",
              PolicyTables.certificateSigningRequests()),
          entry("priorityclasses.scheduling.k8s.io", PolicyTables.priorityClasses()),
          entry("runtimeclasses.node.k8s.io", PolicyTables.runtimeClasses()),
          entry("leases.coordination.k8s.io", PolicyTables.leases()),
          entry(
              "mutatingwebhookconfigurations.admissionregistration.k8s.io",
              PolicyTables.webhookConfigurations()),
          entry(
              "validatingwebhookconfigurations.admissionregistration.k8s.io",
              PolicyTables.webhookConfigurations()),
          entry(
              "validatingadmissionpolicies.admissionregistration.k8s.io",
              PolicyTables.validatingPolicies()),
          entry(
              "validatingadmissionpolicybindings.admissionregistration.k8s.io",
              PolicyTables.policyBindings()),
          entry(
              "mutatingadmissionpolicies.admissionregistration.k8s.io",
              PolicyTables.mutatingPolicies()),
          entry(
              "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
              PolicyTables.policyBindings()),
          entry("flowschemas.flowcontrol.apiserver.k8s.io", PolicyTables.flowSchemas()),
          entry(
              "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
              PolicyTables.priorityLevels()),
          entry("resourceclaims.resource.k8s.io", PolicyTables.resourceClaims()),
          entry("resourceslices.resource.k8s.io", PolicyTables.resourceSlices()),
          entry("apiservices.apiregistration.k8s.io", PolicyTables.apiServices()),
          entry("nodes.metrics.k8s.io", UsageTables.nodes()),
          entry("pods.metrics.k8s.io", UsageTables.pods()),
          entry("customresourcedefinitions.apiextensions.k8s.io", KindTable.nameAndCreatedAt()));

  private Tables() {}

  /**
   * The table of a resource; one without columns of its own shows name and age.
   *
   * @param group "" for the core group
   * @param plural the resource's name in paths
   */
  public static KindTable of(String group, String plural) {
    String key = group.isEmpty() ? plural : plural + "." + group;
    return BUILT_IN.getOrDefault(key, KindTable.nameAndAge());
  }
}
