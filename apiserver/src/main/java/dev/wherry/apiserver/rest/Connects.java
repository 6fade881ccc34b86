package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionChain;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.proxy.PodStreams;
import dev.wherry.apiserver.request.Query;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.status.ApiException;
import java.util.List;
import java.util.Optional;

/**
 * Logs, and the connect subresources behind their admission: CONNECT with the request's options as
 * the object (apiserver endpoints/handlers ConnectResource).
 */
final class Connects implements StreamProxy {
  private static final List<String> FLAGS = List.of("stdin", "stdout", "stderr", "tty");

  private final Gate gate;
  private final AdmissionChain admission;
  private final PodStreams streams;

  Connects(Gate gate, AdmissionChain admission, PodStreams streams) {
    this.gate = gate;
    this.admission = admission;
    this.streams = streams;
  }

  /**
   * Answers.
   *
   * @throws ApiException when the caller may not, an admission plugin refuses, or the way is barred
   */
  @Override
  public void serve(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    if (!asked.subresource().equals("log")) {
      boolean stream = !asked.subresource().equals("proxy");
      if (stream && exchange.asksUpgrade() && !asked.verb().equals("create")) {
        // A WebSocket begins with GET but does what POST does (upstream's
        // AuthorizePodWebsocketUpgradeCreatePermission, on since 1.35).
        gate.admit(user, asked.withVerb("create"));
      }
      admit(exchange, user, info, asked);
    }
    streams.handle(exchange, asked);
  }

  private void admit(Exchange exchange, UserInfo user, ResourceInfo info, RequestInfo asked) {
    ObjectNode options = options(exchange.query(), asked);
    KindInfo body = new KindInfo("", "v1", options.path("kind").asText(), "", true);
    AdmissionRequest request =
        new AdmissionRequest(
            user,
            AdmissionRequest.Operation.CONNECT,
            info.kind(),
            body,
            asked.subresource(),
            asked.namespace(),
            asked.name(),
            Optional.of(options),
            Optional.empty(),
            false,
            Json.object(),
            new ExchangeNotes(exchange));
    admission.mutate(request);
    admission.validate(request);
  }

  /** What is asked for, as webhooks and policies see it. */
  private static ObjectNode options(Query query, RequestInfo asked) {
    ObjectNode options = Json.object();
    options.put("kind", kind(asked)).put("apiVersion", "v1");
    switch (asked.subresource()) {
      case "proxy" -> {
        if (!asked.rest().isEmpty()) {
          options.put("path", asked.rest());
        }
      }
      case "portforward" -> {
        for (String value : query.all("ports")) {
          for (String port : value.split(",", -1)) {
            if (port.matches("\\d{1,9}")) {
              options.withArray("/ports").add(Integer.parseInt(port));
            }
          }
        }
      }
      default -> {
        for (String flag : FLAGS) {
          if (query.flag(flag)) {
            options.put(flag, true);
          }
        }
        if (query.has("container")) {
          options.put("container", query.text("container"));
        }
        query.all("command").forEach(word -> options.withArray("/command").add(word));
      }
    }
    return options;
  }

  private static String kind(RequestInfo asked) {
    return switch (asked.resource() + "/" + asked.subresource()) {
      case "pods/exec" -> "PodExecOptions";
      case "pods/attach" -> "PodAttachOptions";
      case "pods/portforward" -> "PodPortForwardOptions";
      case "services/proxy" -> "ServiceProxyOptions";
      case "nodes/proxy" -> "NodeProxyOptions";
      default -> "PodProxyOptions";
    };
  }
}
