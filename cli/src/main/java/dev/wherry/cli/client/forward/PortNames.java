package dev.wherry.cli.client.forward;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.wherry.cli.client.failure.ClientException;

/** What the ports of a command line mean in a pod, by its names and by those of a service. */
final class PortNames {
  private final JsonNode pod;
  private final JsonNode service;

  private PortNames(JsonNode pod, JsonNode service) {
    this.pod = pod;
    this.service = service;
  }

  static PortNames ofPod(JsonNode pod) {
    return new PortNames(pod, MissingNode.getInstance());
  }

  /** Ports are those of the service. */
  static PortNames ofService(JsonNode service, JsonNode pod) {
    return new PortNames(pod, service);
  }

  /**
   * {@code LOCAL:REMOTE} in numbers of the pod.
   *
   * @throws ClientException when there is no such port, or it is none of TCP
   */
  String translated(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length > 2) {
      return text;
    }
    String remote = parts.length == 2 ? parts[1] : parts[0];
    if (remote.isEmpty()) {
      throw ClientException.error("remote port cannot be empty");
    }
    boolean number = remote.chars().allMatch(Character::isDigit);
    if (service.isMissingNode()) {
      String port = number ? remote : Integer.toString(containerPort(remote));
      refuseUdp(pod, port, remote);
      return parts.length == 2 ? parts[0] + ":" + port : number ? text : text + ":" + port;
    }
    JsonNode entry = servicePort(remote, number);
    if (entry.path("protocol").asText("TCP").equals("UDP") && !tcpToo(entry)) {
      throw ClientException.error("UDP protocol is not supported for " + remote);
    }
    String own = entry.path("port").asText();
    String local = parts.length == 2 && !parts[0].equals(remote) ? parts[0] : own;
    return local + ":" + target(entry);
  }

  private boolean tcpToo(JsonNode entry) {
    for (JsonNode one : service.path("spec").path("ports")) {
      boolean tcp = one.path("protocol").asText("TCP").equals("TCP");
      if (tcp && one.path("port").equals(entry.path("port"))) {
        return true;
      }
    }
    return false;
  }

  private JsonNode servicePort(String remote, boolean number) {
    for (JsonNode one : service.path("spec").path("ports")) {
      if (one.path(number ? "port" : "name").asText().equals(remote)) {
        return one;
      }
    }
    String name = service.path("metadata").path("name").asText();
    throw ClientException.error(
        number
            ? "Service %s does not have a service port %s".formatted(name, remote)
            : "Service '%s' does not have a named port '%s'".formatted(name, remote));
  }

  private int target(JsonNode entry) {
    JsonNode target = entry.path("targetPort");
    boolean headless = service.path("spec").path("clusterIP").asText("").equals("None");
    if (headless || target.isMissingNode()) {
      return entry.path("port").asInt();
    }
    return target.isTextual() ? containerPort(target.asText()) : target.asInt();
  }

  private int containerPort(String name) {
    for (String field : java.util.List.of("containers", "initContainers")) {
      for (JsonNode container : pod.path("spec").path(field)) {
        for (JsonNode port : container.path("ports")) {
          if (port.path("name").asText("").equals(name)) {
            return port.path("containerPort").asInt();
          }
        }
      }
    }
    throw ClientException.error(
        "Pod '%s' does not have a named port '%s'"
            .formatted(pod.path("metadata").path("name").asText(), name));
  }

  private static void refuseUdp(JsonNode pod, String port, String named) {
    boolean udp = false;
    for (JsonNode container : pod.path("spec").path("containers")) {
      for (JsonNode one : container.path("ports")) {
        if (one.path("containerPort").asText().equals(port)) {
          if (one.path("protocol").asText("TCP").equals("TCP")) {
            return;
          }
          udp |= one.path("protocol").asText().equals("UDP");
        }
      }
    }
    if (udp) {
      throw ClientException.error("UDP protocol is not supported for " + named);
    }
  }
}
