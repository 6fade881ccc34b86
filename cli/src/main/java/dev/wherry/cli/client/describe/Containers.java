package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The containers of a pod or of a template. */
final class Containers {
  private final Page page;
  private final JsonNode pod;
  private final String indent;

  /**
   * @param pod resolves environment variables; an empty object for a template
   * @param indent before each title, "" for a pod
   */
  Containers(Page page, JsonNode pod, String indent) {
    this.page = page;
    this.pod = pod;
    this.indent = indent;
  }

  void describe(String title, JsonNode containers, JsonNode statuses) {
    Map<String, JsonNode> byName = new HashMap<>();
    statuses.forEach(status -> byName.put(status.path("name").asText(), status));
    page.line(0, indent + title + ":" + (containers.isEmpty() ? " <none>" : ""));
    for (JsonNode container : containers) {
      JsonNode status = byName.get(container.path("name").asText());
      basics(container, status == null ? pod.path("nothing") : status);
      words("Command", container.path("command"));
      words("Args", container.path("args"));
      if (status != null) {
        state("State", status.path("state"));
        if (status.path("lastState").has("terminated")) {
          state("Last State", status.path("lastState"));
        }
        page.field(2, "Ready", status.path("ready").asBoolean() ? "True" : "False");
        page.field(2, "Restart Count", status.path("restartCount").asText("0"));
      }
      amounts("Limits", container.path("resources").path("limits"));
      amounts("Requests", container.path("resources").path("requests"));
      probe("Liveness", container.path("livenessProbe"));
      probe("Readiness", container.path("readinessProbe"));
      probe("Startup", container.path("startupProbe"));
      new EnvironmentLines(page, pod).describe(container);
      mounts(container);
    }
  }

  private void basics(JsonNode container, JsonNode status) {
    page.line(1, (indent.isEmpty() ? "" : " ") + container.path("name").asText() + ":");
    boolean known = !status.isMissingNode();
    if (known) {
      page.field(2, "Container ID", status.path("containerID").asText(""));
    }
    page.field(2, "Image", container.path("image").asText(""));
    if (known) {
      page.field(2, "Image ID", status.path("imageID").asText(""));
    }
    ports("Port", container.path("ports"), "containerPort");
    ports("Host Port", container.path("ports"), "hostPort");
    JsonNode seccomp = container.path("securityContext").path("seccompProfile");
    page.fieldIfSet(2, "SeccompProfile", seccomp.path("type"));
    page.fieldIfSet(3, "LocalhostProfile", seccomp.path("localhostProfile"));
  }

  private void ports(String title, JsonNode ports, String field) {
    List<String> texts = new ArrayList<>();
    for (JsonNode port : ports) {
      String name = port.path("name").asText("");
      texts.add(
          port.path(field).asInt()
              + "/"
              + port.path("protocol").asText("TCP")
              + (name.isEmpty() ? "" : " (" + name + ")"));
    }
    page.field(
        2,
        texts.size() > 1 ? title + "s" : title,
        texts.isEmpty() ? "<none>" : String.join(", ", texts));
  }

  private void words(String title, JsonNode words) {
    if (words.isEmpty()) {
      return;
    }
    page.line(2, title + ":");
    for (JsonNode word : words) {
      for (String part : word.asText().split("\n", -1)) {
        page.line(3, part);
      }
    }
  }

  private void state(String title, JsonNode state) {
    JsonNode terminated = state.path("terminated");
    if (state.has("running")) {
      page.field(2, title, "Running");
      page.field(3, "Started", Moments.date(state.path("running").path("startedAt")));
    } else if (terminated.isObject()) {
      page.field(2, title, "Terminated");
      page.fieldIfSet(3, "Reason", terminated.path("reason"));
      page.fieldIfSet(3, "Message", terminated.path("message"));
      page.field(3, "Exit Code", terminated.path("exitCode").asText("0"));
      if (terminated.path("signal").asInt() > 0) {
        page.field(3, "Signal", terminated.path("signal").asText());
      }
      page.field(3, "Started", Moments.date(terminated.path("startedAt")));
      page.field(3, "Finished", Moments.date(terminated.path("finishedAt")));
    } else {
      page.field(2, title, "Waiting");
      page.fieldIfSet(3, "Reason", state.path("waiting").path("reason"));
    }
  }

  private void amounts(String title, JsonNode amounts) {
    if (amounts.isEmpty()) {
      return;
    }
    page.line(2, title + ":");
    Multiline.sorted(amounts).forEach((name, amount) -> page.field(3, name, amount));
  }

  private void probe(String title, JsonNode probe) {
    if (!probe.isObject()) {
      return;
    }
    String numbers =
        "delay=%ds timeout=%ds period=%ds #success=%d #failure=%d"
            .formatted(
                probe.path("initialDelaySeconds").asInt(),
                probe.path("timeoutSeconds").asInt(),
                probe.path("periodSeconds").asInt(),
                probe.path("successThreshold").asInt(),
                probe.path("failureThreshold").asInt());
    page.field(2, title, action(probe) + " " + numbers);
  }

  private static String action(JsonNode probe) {
    JsonNode http = probe.path("httpGet");
    JsonNode tcp = probe.path("tcpSocket");
    JsonNode grpc = probe.path("grpc");
    if (probe.has("exec")) {
      return "exec [" + Page.joined(probe.path("exec").path("command"), " ") + "]";
    }
    if (http.isObject()) {
      String path = http.path("path").asText("");
      return "http-get %s://%s:%s%s"
          .formatted(
              http.path("scheme").asText("HTTP").toLowerCase(Locale.ROOT),
              http.path("host").asText(""),
              http.path("port").asText(),
              path.isEmpty() || path.startsWith("/") ? path : "/" + path);
    }
    if (tcp.isObject()) {
      return "tcp-socket " + tcp.path("host").asText("") + ":" + tcp.path("port").asText();
    }
    return grpc.isObject()
        ? "grpc <pod>:" + grpc.path("port").asText() + " " + grpc.path("service").asText("")
        : "unknown";
  }

  private void mounts(JsonNode container) {
    List<JsonNode> mounts = new ArrayList<>();
    container.path("volumeMounts").forEach(mounts::add);
    mounts.sort(Comparator.comparing(mount -> mount.path("mountPath").asText()));
    page.line(2, "Mounts:" + (mounts.isEmpty() ? "\t<none>" : ""));
    for (JsonNode mount : mounts) {
      String sub = mount.path("subPath").asText("");
      page.line(
          3,
          "%s from %s (%s%s)"
              .formatted(
                  mount.path("mountPath").asText(),
                  mount.path("name").asText(),
                  mount.path("readOnly").asBoolean() ? "ro" : "rw",
                  sub.isEmpty() ? "" : ",path=\"" + sub + "\""));
    }
    if (!container.path("volumeDevices").isEmpty()) {
      page.line(2, "Devices:" + (mounts.isEmpty() ? "\t<none>" : ""));
      container
          .path("volumeDevices")
          .forEach(device ->
              page.line(
                  3, device.path("devicePath").asText() + " from " + device.path("name").asText()));
    }
  }
}
