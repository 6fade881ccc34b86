package dev.wherry.cli.client.forward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.machinery.client.Query;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The ready pods of a Service, in turn; of a Service with session affinity always the first. */
final class ServiceBackends {
  private final Api api;
  private final AtomicInteger turn = new AtomicInteger();

  ServiceBackends(Api api) {
    this.api = api;
  }

  /**
   * Asks the server for the Service's EndpointSlices.
   *
   * @param port one of the Service's
   * @throws ClientException when no pod is ready
   */
  Destination.Backend choose(JsonNode service, int port) {
    JsonNode metadata = service.path("metadata");
    String namespace = metadata.path("namespace").asText();
    String name = metadata.path("name").asText();
    String path = "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices";
    Query query = new Query(path).add("labelSelector", "kubernetes.io/service-name=" + name);
    TreeMap<String, Destination.Backend> ready = new TreeMap<>();
    String portName = portName(service, port);
    for (JsonNode slice : api.get(query.toString()).path("items")) {
      int number = number(slice, portName);
      for (JsonNode endpoint : slice.path("endpoints")) {
        JsonNode pod = endpoint.path("targetRef");
        boolean isReady = endpoint.path("conditions").path("ready").asBoolean(true);
        if (number > 0 && isReady && pod.path("kind").asText().equals("Pod")) {
          String podName = pod.path("name").asText();
          String podPath = "/api/v1/namespaces/" + namespace + "/pods/" + podName;
          ready.putIfAbsent(podName, new Destination.Backend(podPath, number));
        }
      }
    }
    if (ready.isEmpty()) {
      throw ClientException.error(
          "%s/%s has no ready pod for port %d".formatted(namespace, name, port));
    }
    List<Destination.Backend> all = List.copyOf(ready.values());
    boolean sticky = service.path("spec").path("sessionAffinity").asText().equals("ClientIP");
    return all.get(sticky ? 0 : Math.floorMod(turn.getAndIncrement(), all.size()));
  }

  private static String portName(JsonNode service, int port) {
    for (JsonNode each : service.path("spec").path("ports")) {
      boolean tcp = each.path("protocol").asText("TCP").equals("TCP");
      if (tcp && each.path("port").asInt() == port) {
        return each.path("name").asText("");
      }
    }
    return "";
  }

  /** The pods' own number, 0 when the slice has no such port. */
  private static int number(JsonNode slice, String name) {
    for (JsonNode each : slice.path("ports")) {
      boolean tcp = each.path("protocol").asText("TCP").equals("TCP");
      if (tcp && each.path("name").asText("").equals(name)) {
        return each.path("port").asInt();
      }
    }
    return 0;
  }
}
