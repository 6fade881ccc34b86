package dev.wherry.apiserver.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.streaming.tunnel.DialTarget;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Where {@code pods/proxy} and {@code services/proxy} lead (kubernetes pkg/registry/core/pod and
 * service, ResourceLocation).
 */
final class Backends {
  private static final Resource SERVICES = new Resource("", "services");
  private static final Resource SLICES = new Resource("discovery.k8s.io", "endpointslices");
  private static final String SERVICE_LABEL = "kubernetes.io/service-name";
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final ObjectView view;
  private final Supplier<Set<String>> connectedNodes;
  private final RandomGenerator random;

  /**
   * @param connectedNodes for endpoints that are on no node
   */
  Backends(ObjectView view, Supplier<Set<String>> connectedNodes, RandomGenerator random) {
    this.view = view;
    this.connectedNodes = connectedNodes;
    this.random = random;
  }

  /** A pod's address; its first declared port where the request names none. */
  Backend pod(String namespace, String id) {
    ProxyName asked = ProxyName.parse("pod", id);
    ObjectNode pod =
        view.get(Resource.PODS, namespace, asked.name())
            .orElseThrow(() -> Refusals.notFound(Resource.PODS, asked.name()));
    String address = Trees.text(pod, "status", "podIP");
    if (address.isEmpty()) {
      throw unavailable("pod \"" + asked.name() + "\" has no address yet");
    }
    int port = asked.portOr(firstPort(pod, asked.https() ? HTTPS_PORT : HTTP_PORT));
    return at(Trees.text(pod, "spec", "nodeName"), address, port, asked.https());
  }

  private static int firstPort(ObjectNode pod, int otherwise) {
    for (JsonNode container : Trees.at(pod, "spec", "containers")) {
      for (JsonNode port : container.path("ports")) {
        return port.path("containerPort").asInt(otherwise);
      }
    }
    return otherwise;
  }

  /** One of a Service's ready endpoints, by chance. */
  Backend service(String namespace, String id) {
    ProxyName asked = ProxyName.parse("service", id);
    ObjectNode service =
        view.get(SERVICES, namespace, asked.name())
            .orElseThrow(() -> Refusals.notFound(SERVICES, asked.name()));
    String portName = portName(service, asked);
    List<Backend> ready = new ArrayList<>();
    for (ObjectNode slice : view.list(SLICES, namespace)) {
      if (Trees.text(slice, "metadata", "labels", SERVICE_LABEL).equals(asked.name())) {
        addReady(slice, portName, asked.https(), ready);
      }
    }
    if (ready.isEmpty()) {
      throw unavailable("no endpoints available for service \"" + id + "\"");
    }
    return ready.get(random.nextInt(ready.size()));
  }

  /** The name of the Service's port that was meant; a Service's only port need not be named. */
  private static String portName(ObjectNode service, ProxyName asked) {
    JsonNode ports = Trees.at(service, "spec", "ports");
    if (asked.port().isEmpty() && ports.size() == 1) {
      return Trees.text(ports.path(0), "name");
    }
    if (!asked.port().matches("\\d+")) {
      return asked.port();
    }
    for (JsonNode port : ports) {
      if (port.path("port").asInt() == asked.number()) {
        return Trees.text(port, "name");
      }
    }
    throw unavailable(
        "no service port " + asked.port() + " found for service \"" + asked.name() + "\"");
  }

  private void addReady(ObjectNode slice, String portName, boolean https, List<Backend> ready) {
    for (JsonNode port : slice.path("ports")) {
      if (!Trees.text(port, "name").equals(portName)) {
        continue;
      }
      for (JsonNode endpoint : slice.path("endpoints")) {
        String address = Trees.text(endpoint.path("addresses").path(0));
        boolean isReady = endpoint.path("conditions").path("ready").asBoolean(true);
        if (isReady && isProxyable(address)) {
          ready.add(
              at(Trees.text(endpoint, "nodeName"), address, port.path("port").asInt(), https));
        }
      }
    }
  }

  private Backend at(String nodeName, String address, int port, boolean https) {
    if (!isProxyable(address)) {
      throw ApiException.badRequest("address not allowed");
    }
    String through =
        nodeName.isEmpty()
            ? connectedNodes.get().stream()
                .findFirst()
                .orElseThrow(() -> unavailable("no node is connected to this server"))
            : nodeName;
    return new Backend(through, new DialTarget.Tcp(address, port), https);
  }

  /** Not the server's, or a node's, own loopback or link. */
  private static boolean isProxyable(String address) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
    if (bytes == null) {
      return false;
    }
    try {
      InetAddress parsed = InetAddress.getByAddress(bytes);
      return !parsed.isLoopbackAddress()
          && !parsed.isLinkLocalAddress()
          && !parsed.isAnyLocalAddress()
          && !parsed.isMulticastAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static ApiException unavailable(String why) {
    return new ApiException(Reason.SERVICE_UNAVAILABLE, why);
  }
}
