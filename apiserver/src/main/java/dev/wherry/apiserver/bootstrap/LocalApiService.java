package dev.wherry.apiserver.bootstrap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;

/** APIServices of groups and versions that this server answers itself. */
public final class LocalApiService {
  public static final Resource RESOURCE = new Resource("apiregistration.k8s.io", "apiservices");

  /** The label of those that the server looks after (kube-aggregator autoregister). */
  public static final String MANAGED = "kube-aggregator.kubernetes.io/automanaged";

  /** Its value on those that are made at a start and then left alone. */
  public static final String ON_START = "onstart";

  private LocalApiService() {}

  /**
   * One of them.
   *
   * @param group "" for core
   * @param managed the label's value
   */
  public static ObjectNode of(
      String group, String version, int groupPriority, int versionPriority, String managed) {
    ObjectNode service = Json.object();
    service.put("apiVersion", "apiregistration.k8s.io/v1").put("kind", "APIService");
    service
        .putObject("metadata")
        .put("name", version + "." + group)
        .putObject("labels")
        .put(MANAGED, managed);
    ObjectNode spec = service.putObject("spec");
    if (!group.isEmpty()) {
      spec.put("group", group);
    }
    spec.put("version", version)
        .put("groupPriorityMinimum", groupPriority)
        .put("versionPriority", versionPriority);
    return service;
  }
}
