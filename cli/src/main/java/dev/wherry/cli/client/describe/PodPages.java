package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.model.pod.PodPhases;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Pods, and the templates of workloads. */
final class PodPages {
  private PodPages() {}

  static void pod(JsonNode pod, Page page, Surroundings around) {
    JsonNode metadata = pod.path("metadata");
    JsonNode spec = pod.path("spec");
    JsonNode status = pod.path("status");
    page.field(0, "Name", metadata.path("name").asText());
    page.field(0, "Namespace", metadata.path("namespace").asText());
    page.fieldIfSet(0, "Priority", spec.path("priority"));
    page.fieldIfSet(0, "Priority Class Name", spec.path("priorityClassName"));
    page.fieldIfSet(0, "Runtime Class Name", spec.path("runtimeClassName"));
    page.fieldIfSet(0, "Service Account", spec.path("serviceAccountName"));
    String node = spec.path("nodeName").asText("");
    page.field(
        0, "Node", node.isEmpty() ? "<none>" : node + "/" + status.path("hostIP").asText(""));
    if (status.has("startTime")) {
      page.field(0, "Start Time", Moments.date(status.path("startTime")));
    }
    Multiline.metadata(page, pod);
    phase(pod, page, around);
    page.fieldIfSet(0, "Reason", status.path("reason"));
    page.fieldIfSet(0, "Message", status.path("message"));
    JsonNode seccomp = spec.path("securityContext").path("seccompProfile");
    page.fieldIfSet(0, "SeccompProfile", seccomp.path("type"));
    page.fieldIfSet(0, "LocalhostProfile", seccomp.path("localhostProfile"));
    page.field(0, "IP", status.path("podIP").asText(""));
    page.line(0, "IPs:" + (status.path("podIPs").isEmpty() ? "\t<none>" : ""));
    status.path("podIPs").forEach(ip -> page.field(1, "IP", ip.path("ip").asText()));
    String controller = Multiline.controller(pod);
    if (!controller.isEmpty()) {
      page.field(0, "Controlled By", controller);
    }
    page.fieldIfSet(0, "NominatedNodeName", status.path("nominatedNodeName"));
    containers(pod, page);
    conditions(spec, status, page);
    Volumes.describe(page, spec.path("volumes"), "");
    page.field(0, "QoS Class", status.path("qosClass").asText(""));
    Multiline.labels(page, "Node-Selectors", spec.path("nodeSelector"));
    Multiline.tolerations(page, "Tolerations", spec.path("tolerations"));
    spread(page, spec.path("topologySpreadConstraints"), "");
    around.events(page, pod);
  }

  private static void phase(JsonNode pod, Page page, Surroundings around) {
    JsonNode metadata = pod.path("metadata");
    String phase = pod.path("status").path("phase").asText("");
    boolean over = PodPhases.isFinished(phase);
    if (metadata.has("deletionTimestamp") && !over) {
      String lasts = around.moments().since(metadata.path("deletionTimestamp"));
      page.field(0, "Status", "Terminating (lasts " + lasts + ")");
      page.field(
          0,
          "Termination Grace Period",
          metadata.path("deletionGracePeriodSeconds").asText("0") + "s");
    } else {
      page.field(0, "Status", phase);
    }
  }

  private static void containers(JsonNode pod, Page page) {
    JsonNode spec = pod.path("spec");
    JsonNode status = pod.path("status");
    Containers containers = new Containers(page, pod, "");
    if (!spec.path("initContainers").isEmpty()) {
      containers.describe(
          "Init Containers", spec.path("initContainers"), status.path("initContainerStatuses"));
    }
    containers.describe("Containers", spec.path("containers"), status.path("containerStatuses"));
    if (!spec.path("ephemeralContainers").isEmpty()) {
      containers.describe(
          "Ephemeral Containers",
          spec.path("ephemeralContainers"),
          status.path("ephemeralContainerStatuses"));
    }
  }

  private static void conditions(JsonNode spec, JsonNode status, Page page) {
    if (!spec.path("readinessGates").isEmpty()) {
      page.line(0, "Readiness Gates:").line(1, "Type\tStatus");
      for (JsonNode gate : spec.path("readinessGates")) {
        String type = gate.path("conditionType").asText();
        String state = "<none>";
        for (JsonNode condition : status.path("conditions")) {
          if (condition.path("type").asText().equals(type)) {
            state = condition.path("status").asText();
          }
        }
        page.line(1, type + " \t" + state + " ");
      }
    }
    if (!status.path("conditions").isEmpty()) {
      page.line(0, "Conditions:").line(1, "Type\tStatus");
      status
          .path("conditions")
          .forEach(
              c -> page.line(1, c.path("type").asText() + " \t" + c.path("status").asText() + " "));
    }
  }

  private static void spread(Page page, JsonNode constraints, String indent) {
    if (constraints.isEmpty()) {
      return;
    }
    List<JsonNode> sorted = new ArrayList<>();
    constraints.forEach(sorted::add);
    sorted.sort(Comparator.comparing(one -> one.path("topologyKey").asText()));
    String title = indent + "Topology Spread Constraints:\t";
    for (JsonNode one : sorted) {
      String selector =
          one.has("labelSelector")
              ? " for selector " + Page.or(Multiline.selector(one.path("labelSelector")), "<none>")
              : "";
      page.line(
          0,
          title
              + one.path("topologyKey").asText()
              + ":"
              + one.path("whenUnsatisfiable").asText()
              + " when max skew "
              + one.path("maxSkew").asInt()
              + " is exceeded"
              + selector);
      title = indent + "\t";
    }
  }

  static void template(Page page, JsonNode template) {
    JsonNode spec = template.path("spec");
    page.line(0, "Pod Template:");
    Multiline.labels(page, "  Labels", template.path("metadata").path("labels"));
    if (!template.path("metadata").path("annotations").isEmpty()) {
      Multiline.annotations(page, "  Annotations", template.path("metadata").path("annotations"));
    }
    page.fieldIfSet(1, "Service Account", spec.path("serviceAccountName"));
    Containers containers = new Containers(page, MissingNode.getInstance(), "  ");
    if (!spec.path("initContainers").isEmpty()) {
      containers.describe("Init Containers", spec.path("initContainers"), spec.path("nothing"));
    }
    containers.describe("Containers", spec.path("containers"), spec.path("nothing"));
    Volumes.describe(page, spec.path("volumes"), "  ");
    spread(page, spec.path("topologySpreadConstraints"), "  ");
    page.fieldIfSet(1, "Priority Class Name", spec.path("priorityClassName"));
    Multiline.labels(page, "  Node-Selectors", spec.path("nodeSelector"));
    Multiline.tolerations(page, "  Tolerations", spec.path("tolerations"));
  }
}
