package dev.wherry.apiserver.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.pod.PodPhases;
import dev.wherry.model.status.ApiException;
import dev.wherry.streaming.tunnel.DialTarget;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLException;

/**
 * The subresources that end on a node or in its pod network: {@code pods/log}, {@code pods/exec},
 * {@code pods/attach}, {@code pods/portforward}, and {@code proxy} of pods, Services and nodes
 * (kubernetes pkg/registry/core/pod, service and node). Callers have authenticated and authorised
 * the request.
 */
public final class PodStreams {
  private static final int MOVED = 301;

  /** Parameters of a log request, the same towards the kubelet. */
  private static final List<String> LOG_PARAMETERS =
      List.of(
          "follow",
          "previous",
          "timestamps",
          "sinceSeconds",
          "sinceTime",
          "tailLines",
          "limitBytes",
          "stream");

  /** Parts of the path {@code /api/v1/nodes/NAME/proxy}. */
  private static final int NODE_SEGMENTS = 5;

  /** Parts of the path {@code /api/v1/namespaces/NAMESPACE/pods/NAME/proxy}. */
  private static final int NAMESPACED_SEGMENTS = 7;

  private static final int KUBELET_PORT = 10_250;

  private final ObjectView view;
  private final NodeProxy nodes;
  private final Backends backends;
  private final HttpProxy servers;

  PodStreams(ObjectView view, NodeProxy nodes, Backends backends, HttpProxy servers) {
    this.view = view;
    this.nodes = nodes;
    this.backends = backends;
    this.servers = servers;
  }

  /**
   * Over the tunnels of a server.
   *
   * @param kubelets a client context with the identity {@code kube-apiserver-kubelet-client} that
   *     trusts the cluster's authority; asked for every connection
   * @param random picks a Service's endpoint
   */
  public static PodStreams over(
      ObjectView view,
      TunnelRegistry tunnels,
      Supplier<SslContext> kubelets,
      RandomGenerator random) {
    return new PodStreams(
        view,
        new NodeProxy(tunnels, kubelets),
        new Backends(view, tunnels::nodes, random),
        new HttpProxy(tunnels, anyServer()));
  }

  /**
   * Servers in pods show certificates of their own making, as upstream's proxy transport has it.
   */
  private static SslContext anyServer() {
    try {
      return SslContextBuilder.forClient()
          .trustManager(InsecureTrustManagerFactory.INSTANCE)
          .endpointIdentificationAlgorithm(null)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
  }

  /**
   * Answers; returns when the answer is complete, or the connection upgraded.
   *
   * @throws ApiException when there is no such pod, container, Service or node, or it cannot be
   *     reached
   */
  public void handle(Exchange exchange, RequestInfo request) {
    if (!request.subresource().equals("proxy")) {
      pod(exchange, request);
      return;
    }
    boolean isNode = request.resource().equals("nodes");
    ProxyPath path = ProxyPath.of(exchange.target(), isNode ? NODE_SEGMENTS : NAMESPACED_SEGMENTS);
    boolean reads = exchange.method().equals("GET") || exchange.method().equals("HEAD");
    if (path.rest().isEmpty() && reads && !exchange.asksUpgrade()) {
      // A page's relative links would else lead beside the proxy (kubernetes issue 4958).
      exchange.setHeader("Location", path.prefix() + "/" + path.query());
      exchange.respond(MOVED, "", new byte[0]);
      return;
    }
    switch (request.resource()) {
      case "nodes" -> node(exchange, request.name(), path);
      case "pods" ->
          servers.forward(exchange, backends.pod(request.namespace(), request.name()), path);
      default ->
          servers.forward(exchange, backends.service(request.namespace(), request.name()), path);
    }
  }

  private void node(Exchange exchange, String id, ProxyPath path) {
    ProxyName asked = ProxyName.parse("node", id);
    ObjectNode node =
        view.get(Resource.NODES, "", asked.name())
            .orElseThrow(() -> Refusals.notFound(Resource.NODES, asked.name()));
    int kubelet =
        Trees.at(node, "status", "daemonEndpoints", "kubeletEndpoint", "Port").asInt(KUBELET_PORT);
    if (asked.portOr(kubelet) == kubelet || asked.number() == KUBELET_PORT) {
      nodes.forward(exchange, asked.name(), path, NodeProxy.Use.PROXY);
      return;
    }
    for (JsonNode address : Trees.at(node, "status", "addresses")) {
      if (Trees.text(address, "type").equals("InternalIP")) {
        DialTarget.Tcp target = new DialTarget.Tcp(Trees.text(address, "address"), asked.number());
        servers.forward(exchange, new Backend(asked.name(), target, asked.https()), path);
        return;
      }
    }
    throw ApiException.badRequest("node \"" + asked.name() + "\" has no address");
  }

  private void pod(Exchange exchange, RequestInfo request) {
    ObjectNode pod =
        view.get(Resource.PODS, request.namespace(), request.name())
            .orElseThrow(() -> Refusals.notFound(Resource.PODS, request.name()));
    String nodeName = Trees.text(pod, "spec", "nodeName");
    if (request.subresource().equals("log")) {
      ProxyPath target = new ProxyPath("", logTarget(pod, exchange.query()), "");
      if (nodeName.isEmpty()) {
        exchange.respond(200, "text/plain", new byte[0]);
      } else {
        nodes.forward(exchange, nodeName, target, NodeProxy.Use.LOG);
      }
      return;
    }
    ProxyPath target = new ProxyPath("", streamTarget(pod, request, exchange), "");
    if (nodeName.isEmpty()) {
      throw ApiException.badRequest("pod " + request.name() + " does not have a host assigned");
    }
    String phase = Trees.text(pod, "status", "phase");
    if (PodPhases.isFinished(phase)) {
      throw ApiException.badRequest(
          "pod " + request.name() + " does not run any more; its phase is " + phase);
    }
    if (!exchange.asksUpgrade()) {
      throw ApiException.badRequest("Upgrade request required");
    }
    nodes.forward(exchange, nodeName, target, NodeProxy.Use.STREAM);
  }

  private static String logTarget(ObjectNode pod, Query query) {
    String container = container(pod, query.text("container"));
    QueryStringEncoder target =
        new QueryStringEncoder(
            "/containerLogs/" + Trees.namespace(pod) + "/" + Trees.name(pod) + "/" + container);
    for (String parameter : LOG_PARAMETERS) {
      if (query.has(parameter)) {
        target.addParam(parameter, query.text(parameter));
      }
    }
    return target.toString();
  }

  private static String streamTarget(ObjectNode pod, RequestInfo request, Exchange exchange) {
    Query query = exchange.query();
    String where = "/" + Trees.namespace(pod) + "/" + Trees.name(pod);
    if (request.subresource().equals("portforward")) {
      QueryStringEncoder target = new QueryStringEncoder("/portForward" + where);
      query.all("ports").forEach(ports -> target.addParam("port", ports));
      return target.toString();
    }
    String container = container(pod, query.text("container"));
    QueryStringEncoder target =
        new QueryStringEncoder("/" + request.subresource() + where + "/" + container);
    flag(target, query, "stdin", "input");
    flag(target, query, "stdout", "output");
    flag(target, query, "stderr", "error");
    flag(target, query, "tty", "tty");
    query.all("command").forEach(word -> target.addParam("command", word));
    return target.toString();
  }

  private static void flag(QueryStringEncoder target, Query query, String from, String to) {
    if (query.flag(from)) {
      target.addParam(to, "1");
    }
  }

  /** The wanted container, or the only one there is. */
  private static String container(ObjectNode pod, String wanted) {
    List<String> containers = names(pod, "containers");
    List<String> init = names(pod, "initContainers");
    if (wanted.isEmpty()) {
      if (containers.size() == 1) {
        return containers.getFirst();
      }
      String choice = "";
      if (!containers.isEmpty()) {
        choice = ", choose one of: [" + String.join(" ", containers) + "]";
      }
      if (!init.isEmpty()) {
        choice += " or one of the init containers: [" + String.join(" ", init) + "]";
      }
      throw ApiException.badRequest(
          "a container name must be specified for pod " + Trees.name(pod) + choice);
    }
    if (!containers.contains(wanted)
        && !init.contains(wanted)
        && !names(pod, "ephemeralContainers").contains(wanted)) {
      throw ApiException.badRequest(
          "container " + wanted + " is not valid for pod " + Trees.name(pod));
    }
    return wanted;
  }

  private static List<String> names(ObjectNode pod, String field) {
    List<String> names = new ArrayList<>();
    for (JsonNode container : Trees.at(pod, "spec", field)) {
      names.add(Trees.text(container, "name"));
    }
    return names;
  }
}
