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
import dev.wherry.model.status.ApiException;
import io.netty.handler.codec.http.QueryStringEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The subresources that end on a node: {@code pods/log}, {@code pods/exec}, {@code pods/attach},
 * {@code pods/portforward} and {@code nodes/proxy} (kubernetes pkg/registry/core/pod and node).
 * Callers have authenticated and authorised the request.
 */
public final class PodStreams {
  private static final Set<String> POD_SUBRESOURCES =
      Set.of("log", "exec", "attach", "portforward");

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

  private final ObjectView view;
  private final NodeProxy nodes;

  public PodStreams(ObjectView view, NodeProxy nodes) {
    this.view = view;
    this.nodes = nodes;
  }

  /** Whether a request is one that this class answers. */
  public static boolean serves(RequestInfo request) {
    if (!request.group().isEmpty() || request.name().isEmpty()) {
      return false;
    }
    return (request.resource().equals("pods") && POD_SUBRESOURCES.contains(request.subresource()))
        || (request.resource().equals("nodes") && request.subresource().equals("proxy"));
  }

  /**
   * Answers; returns when the answer is complete, or the connection upgraded.
   *
   * @throws ApiException when there is no such pod, container or node, or it cannot be reached
   */
  public void handle(Exchange exchange, RequestInfo request) {
    if (request.resource().equals("nodes")) {
      node(exchange, request);
      return;
    }
    ObjectNode pod =
        view.get(Resource.PODS, request.namespace(), request.name())
            .orElseThrow(() -> Refusals.notFound(Resource.PODS, request.name()));
    String nodeName = Trees.text(pod, "spec", "nodeName");
    boolean log = request.subresource().equals("log");
    String target = log ? logTarget(pod, exchange.query()) : streamTarget(pod, request, exchange);
    if (nodeName.isEmpty()) {
      if (!log) {
        throw ApiException.badRequest("pod " + request.name() + " does not have a host assigned");
      }
      exchange.respond(200, "text/plain", new byte[0]);
      return;
    }
    nodes.forward(exchange, nodeName, target, log);
  }

  private void node(Exchange exchange, RequestInfo request) {
    int colon = request.name().indexOf(':');
    String name = colon < 0 ? request.name() : request.name().substring(0, colon);
    if (view.get(Resource.NODES, "", name).isEmpty()) {
      throw Refusals.notFound(Resource.NODES, name);
    }
    String path = request.rest().isEmpty() ? "/" : request.rest();
    String query = exchange.query().raw();
    nodes.forward(exchange, name, query.isEmpty() ? path : path + "?" + query, false);
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
