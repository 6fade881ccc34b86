package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.Quantity;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Nodes, with the pods on them and what these ask for. */
final class NodePages {
  private static final String ROLE_PREFIX = "node-role.kubernetes.io/";

  private static final Map<String, String> SYSTEM_INFO = systemInfo();

  private NodePages() {}

  private static Map<String, String> systemInfo() {
    Map<String, String> info = new java.util.LinkedHashMap<>();
    info.put("Machine ID", "machineID");
    info.put("System UUID", "systemUUID");
    info.put("Boot ID", "bootID");
    info.put("Kernel Version", "kernelVersion");
    info.put("OS Image", "osImage");
    info.put("Operating System", "operatingSystem");
    info.put("Architecture", "architecture");
    info.put("Container Runtime Version", "containerRuntimeVersion");
    info.put("Kubelet Version", "kubeletVersion");
    return info;
  }

  static void node(JsonNode node, Page page, Surroundings around) {
    JsonNode metadata = node.path("metadata");
    JsonNode status = node.path("status");
    String name = metadata.path("name").asText();
    page.field(0, "Name", name);
    page.field(0, "Roles", roles(metadata.path("labels")));
    Multiline.metadata(page, node);
    page.field(0, "CreationTimestamp", Moments.date(metadata.path("creationTimestamp")));
    Multiline.taints(page, node.path("spec").path("taints"));
    page.field(
        0, "Unschedulable", Boolean.toString(node.path("spec").path("unschedulable").asBoolean()));
    lease(page, name, around);
    conditions(page, status.path("conditions"));
    page.line(0, "Addresses:");
    status
        .path("addresses")
        .forEach(a -> page.field(1, a.path("type").asText(), a.path("address").asText()));
    amounts(page, "Capacity", status.path("capacity"));
    amounts(page, "Allocatable", status.path("allocatable"));
    page.line(0, "System Info:");
    SYSTEM_INFO.forEach((title, field) -> {
      String value = status.path("nodeInfo").path(field).asText("");
      page.field(1, title, value);
    });
    page.fieldIfSet(0, "PodCIDR", node.path("spec").path("podCIDR"));
    if (!node.path("spec").path("podCIDRs").isEmpty()) {
      page.field(0, "PodCIDRs", Page.joined(node.path("spec").path("podCIDRs"), ","));
    }
    page.fieldIfSet(0, "ProviderID", node.path("spec").path("providerID"));
    pods(page, node, around);
    around.events(page, node, List.of(metadata.path("uid").asText(), name));
  }

  private static String roles(JsonNode labels) {
    TreeSet<String> roles = new TreeSet<>();
    Multiline.sorted(labels)
        .forEach((key, value) -> {
          if (key.startsWith(ROLE_PREFIX) && key.length() > ROLE_PREFIX.length()) {
            roles.add(key.substring(ROLE_PREFIX.length()));
          } else if (key.equals("kubernetes.io/role") && !value.isEmpty()) {
            roles.add(value);
          }
        });
    return Page.or(String.join(",", roles), "<none>");
  }

  private static void lease(Page page, String name, Surroundings around) {
    JsonNode spec;
    try {
      spec =
          around
              .get("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/" + name)
              .path("spec");
    } catch (ApiException e) {
      page.field(0, "Lease", "Failed to get lease: " + e.text());
      return;
    }
    page.line(0, "Lease:");
    page.field(1, "HolderIdentity", Page.or(Page.text(spec.path("holderIdentity")), "<unset>"));
    for (String field : List.of("acquireTime", "renewTime")) {
      String title = Character.toUpperCase(field.charAt(0)) + field.substring(1);
      page.field(1, title, spec.has(field) ? Moments.date(spec.path(field)) : "<unset>");
    }
  }

  private static void conditions(Page page, JsonNode conditions) {
    if (conditions.isEmpty()) {
      return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
    page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    for (JsonNode c : conditions) {
      page.line(
          1,
          "%s \t%s \t%s \t%s \t%s \t%s"
              .formatted(
                  c.path("type").asText(),
                  c.path("status").asText(),
                  Moments.date(c.path("lastHeartbeatTime")),
                  Moments.date(c.path("lastTransitionTime")),
                  c.path("reason").asText(""),
                  c.path("message").asText("")));
    }
  }

  private static void amounts(Page page, String title, JsonNode amounts) {
    if (!amounts.isEmpty()) {
      page.line(0, title + ":");
      Multiline.sorted(amounts).forEach((name, amount) -> page.field(1, name, amount));
    }
  }

  private static void pods(Page page, JsonNode node, Surroundings around) {
    String name = node.path("metadata").path("name").asText();
    List<JsonNode> pods =
        around.list(
            "/api/v1/pods",
            "",
            "spec.nodeName=" + name + ",status.phase!=Succeeded,status.phase!=Failed");
    JsonNode status = node.path("status");
    JsonNode room =
        status.path("allocatable").isEmpty() ? status.path("capacity") : status.path("allocatable");
    page.field(0, "Non-terminated Pods", "(" + pods.size() + " in total)");
    page.line(
        1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(
        1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    Map<String, Quantity> requests = new TreeMap<>();
    Map<String, Quantity> limits = new TreeMap<>();
    for (JsonNode pod : pods) {
      Map<String, Quantity> asked = PodAmounts.of(pod, "requests");
      Map<String, Quantity> bound = PodAmounts.of(pod, "limits");
      JsonNode metadata = pod.path("metadata");
      page.line(
          1,
          metadata.path("namespace").asText()
              + "\t"
              + metadata.path("name").asText()
              + "\t\t"
              + share(asked, room, "cpu")
              + "\t"
              + share(bound, room, "cpu")
              + "\t"
              + share(asked, room, "memory")
              + "\t"
              + share(bound, room, "memory")
              + "\t"
              + around.moments().since(metadata.path("creationTimestamp")));
      PodAmounts.add(requests, asked);
      PodAmounts.add(limits, bound);
    }
    total(page, room, requests, limits);
  }

  private static void total(
      Page page, JsonNode room, Map<String, Quantity> requests, Map<String, Quantity> limits) {
    page.line(0, "Allocated resources:");
    page.line(0, "  (Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits").line(1, "--------\t--------\t------");
    for (String name : List.of("cpu", "memory", "ephemeral-storage")) {
      page.line(1, name + "\t" + share(requests, room, name) + "\t" + share(limits, room, name));
    }
    TreeSet<String> others = new TreeSet<>(Multiline.sorted(room).keySet());
    others.removeAll(List.of("cpu", "memory", "ephemeral-storage", "pods"));
    others.stream()
        .filter(name -> name.startsWith("hugepages-"))
        .forEach(name ->
            page.line(
                1, name + "\t" + share(requests, room, name) + "\t" + share(limits, room, name)));
    others.stream()
        .filter(name -> !name.startsWith("hugepages-"))
        .forEach(name ->
            page.line(
                1,
                name
                    + "\t"
                    + requests.getOrDefault(name, Quantity.ZERO)
                    + "\t"
                    + limits.getOrDefault(name, Quantity.ZERO)));
  }

  private static String share(Map<String, Quantity> amounts, JsonNode room, String name) {
    Quantity amount = amounts.getOrDefault(name, Quantity.ZERO);
    double all = quantity(room.path(name)).amount().doubleValue();
    long percent = all == 0 ? 0 : (long) (amount.amount().doubleValue() / all * 100);
    return amount + " (" + percent + "%)";
  }

  private static Quantity quantity(JsonNode text) {
    return text.isMissingNode() ? Quantity.ZERO : Quantity.parse(text.asText());
  }
}
