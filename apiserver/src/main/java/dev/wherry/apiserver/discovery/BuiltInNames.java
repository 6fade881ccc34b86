package dev.wherry.apiserver.discovery;

import static java.util.Map.entry;

import dev.wherry.apiserver.discovery.ApiCatalog.ServedResource;
import dev.wherry.apiserver.discovery.ApiCatalog.ServedSubresource;
import dev.wherry.model.kind.KindInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Short names, categories and subresources of the built-in resources, as upstream's registries
 * declare them (kubernetes/pkg/registry, ShortNames, Categories and the storage maps of each
 * group's rest package).
 */
public final class BuiltInNames {
  private static final List<String> GET_UPDATE_PATCH = List.of("get", "patch", "update");
  private static final List<String> CREATE = List.of("create");
  private static final List<String> CONNECT = List.of("create", "get");
  private static final List<String> PROXY = List.of("create", "delete", "get", "patch", "update");

  private static final Map<String, List<String>> SHORT_NAMES =
      Map.ofEntries(
          entry("componentstatuses", List.of("cs")),
          entry("configmaps", List.of("cm")),
          entry("endpoints", List.of("ep")),
          entry("events", List.of("ev")),
          entry("events.events.k8s.io", List.of("ev")),
          entry("limitranges", List.of("limits")),
          entry("namespaces", List.of("ns")),
          entry("nodes", List.of("no")),
          entry("persistentvolumeclaims", List.of("pvc")),
          entry("persistentvolumes", List.of("pv")),
          entry("pods", List.of("po")),
          entry("replicationcontrollers", List.of("rc")),
          entry("resourcequotas", List.of("quota")),
          entry("serviceaccounts", List.of("sa")),
          entry("services", List.of("svc")),
          entry("daemonsets.apps", List.of("ds")),
          entry("deployments.apps", List.of("deploy")),
          entry("replicasets.apps", List.of("rs")),
          entry("statefulsets.apps", List.of("sts")),
          entry("horizontalpodautoscalers.autoscaling", List.of("hpa")),
          entry("cronjobs.batch", List.of("cj")),
          entry("certificatesigningrequests.certificates.k8s.io", List.of("csr")),
          entry("customresourcedefinitions.apiextensions.k8s.io", List.of("crd", "crds")),
          entry("ingresses.networking.k8s.io", List.of("ing")),
          entry("networkpolicies.networking.k8s.io", List.of("netpol")),
          entry("ipaddresses.networking.k8s.io", List.of("ip")),
          entry("poddisruptionbudgets.policy", List.of("pdb")),
          entry("priorityclasses.scheduling.k8s.io", List.of("pc")),
          entry("storageclasses.storage.k8s.io", List.of("sc")),
          entry("volumeattributesclasses.storage.k8s.io", List.of("vac")));

  private static final Set<String> CATEGORY_ALL =
      Set.of(
          "pods",
          "services",
          "replicationcontrollers",
          "daemonsets.apps",
          "deployments.apps",
          "replicasets.apps",
          "statefulsets.apps",
          "horizontalpodautoscalers.autoscaling",
          "cronjobs.batch",
          "jobs.batch");

  private static final Set<String> CATEGORY_EXTENSIONS =
      Set.of(
          "customresourcedefinitions.apiextensions.k8s.io",
          "apiservices.apiregistration.k8s.io",
          "mutatingwebhookconfigurations.admissionregistration.k8s.io",
          "validatingwebhookconfigurations.admissionregistration.k8s.io",
          "validatingadmissionpolicies.admissionregistration.k8s.io",
          "validatingadmissionpolicybindings.admissionregistration.k8s.io",
          "mutatingadmissionpolicies.admissionregistration.k8s.io",
          "mutatingadmissionpolicybindings.admissionregistration.k8s.io");

  private static final Set<String> WITH_STATUS =
      Set.of(
          "namespaces",
          "nodes",
          "persistentvolumeclaims",
          "persistentvolumes",
          "pods",
          "replicationcontrollers",
          "resourcequotas",
          "services",
          "daemonsets.apps",
          "deployments.apps",
          "replicasets.apps",
          "statefulsets.apps",
          "horizontalpodautoscalers.autoscaling",
          "cronjobs.batch",
          "jobs.batch",
          "certificatesigningrequests.certificates.k8s.io",
          "customresourcedefinitions.apiextensions.k8s.io",
          "apiservices.apiregistration.k8s.io",
          "ingresses.networking.k8s.io",
          "servicecidrs.networking.k8s.io",
          "poddisruptionbudgets.policy",
          "volumeattachments.storage.k8s.io",
          "resourceclaims.resource.k8s.io",
          "flowschemas.flowcontrol.apiserver.k8s.io",
          "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
          "validatingadmissionpolicies.admissionregistration.k8s.io");

  private static final Set<String> WITH_SCALE =
      Set.of("replicationcontrollers", "deployments.apps", "replicasets.apps", "statefulsets.apps");

  private BuiltInNames() {}

  /** A resource with upstream's names for it, serving {@code verbs} and upstream's subresources. */
  public static ServedResource describe(KindInfo kind, List<String> verbs) {
    return new ServedResource(
        kind.group(),
        kind.version(),
        kind.kind(),
        kind.plural(),
        kind.kind().toLowerCase(Locale.ROOT),
        kind.namespaced(),
        verbs,
        shortNames(kind),
        categories(kind),
        subresources(kind));
  }

  /** Short names such as {@code po}; empty when there are none. */
  public static List<String> shortNames(KindInfo kind) {
    return SHORT_NAMES.getOrDefault(kind.resource(), List.of());
  }

  /** Categories such as {@code all}; empty when there are none. */
  public static List<String> categories(KindInfo kind) {
    if (CATEGORY_ALL.contains(kind.resource())) {
      return List.of("all");
    }
    return CATEGORY_EXTENSIONS.contains(kind.resource()) ? List.of("api-extensions") : List.of();
  }

  /** Subresources in order of their names. */
  public static List<ServedSubresource> subresources(KindInfo kind) {
    List<ServedSubresource> all = new ArrayList<>();
    String resource = kind.resource();
    switch (resource) {
      case "pods" -> pods(kind, all);
      case "services" ->
          all.add(new ServedSubresource("proxy", "", "v1", "ServiceProxyOptions", PROXY));
      case "nodes" -> all.add(new ServedSubresource("proxy", "", "v1", "NodeProxyOptions", PROXY));
      case "namespaces" -> all.add(own(kind, "finalize", List.of("update")));
      case "serviceaccounts" ->
          all.add(
              new ServedSubresource(
                  "token", "authentication.k8s.io", "v1", "TokenRequest", CREATE));
      case "certificatesigningrequests.certificates.k8s.io" ->
          all.add(own(kind, "approval", GET_UPDATE_PATCH));
      default -> {}
    }
    if (WITH_SCALE.contains(resource)) {
      all.add(new ServedSubresource("scale", "autoscaling", "v1", "Scale", GET_UPDATE_PATCH));
    }
    if (WITH_STATUS.contains(resource)) {
      all.add(own(kind, "status", GET_UPDATE_PATCH));
    }
    return all;
  }

  private static ServedSubresource own(KindInfo kind, String name, List<String> verbs) {
    return new ServedSubresource(name, kind.group(), kind.version(), kind.kind(), verbs);
  }

  private static void pods(KindInfo kind, List<ServedSubresource> all) {
    all.add(new ServedSubresource("attach", "", "v1", "PodAttachOptions", CONNECT));
    all.add(new ServedSubresource("binding", "", "v1", "Binding", CREATE));
    all.add(own(kind, "ephemeralcontainers", GET_UPDATE_PATCH));
    all.add(new ServedSubresource("eviction", "policy", "v1", "Eviction", CREATE));
    all.add(new ServedSubresource("exec", "", "v1", "PodExecOptions", CONNECT));
    all.add(own(kind, "log", List.of("get")));
    all.add(new ServedSubresource("portforward", "", "v1", "PodPortForwardOptions", CONNECT));
    all.add(new ServedSubresource("proxy", "", "v1", "PodProxyOptions", PROXY));
    all.add(own(kind, "resize", GET_UPDATE_PATCH));
  }
}
