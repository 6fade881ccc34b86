package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * {@code componentstatuses}: made up when asked for, from health checks. Deprecated since v1.19 and
 * still listed by old tools.
 */
final class ComponentStatuses {
  static final String RESOURCE = "componentstatuses";
  private static final String DEPRECATED = "v1 ComponentStatus is deprecated in v1.19+";

  private final Map<String, BooleanSupplier> checks;
  private final Answers answers;

  /**
   * @param checks by the component's name
   */
  ComponentStatuses(Map<String, BooleanSupplier> checks, Answers answers) {
    this.checks = new LinkedHashMap<>(checks);
    this.answers = answers;
  }

  static boolean serves(KindInfo kind) {
    return kind.group().isEmpty() && kind.plural().equals(RESOURCE);
  }

  void respond(Exchange exchange, KindInfo kind, RequestInfo asked) {
    exchange.warn(DEPRECATED);
    if (asked.verb().equals("get")) {
      BooleanSupplier check = checks.get(asked.name());
      if (check == null) {
        throw ApiException.notFound(kind, asked.name());
      }
      answers.object(exchange, kind, 200, status(kind, asked.name(), check.getAsBoolean()));
      return;
    }
    ObjectNode list = Json.object().put("kind", "ComponentStatusList").put("apiVersion", "v1");
    list.putObject("metadata");
    var items = list.putArray("items");
    checks.forEach((name, check) -> items.add(status(kind, name, check.getAsBoolean())));
    answers.made(exchange, kind, list);
  }

  private static ObjectNode status(KindInfo kind, String name, boolean healthy) {
    ObjectNode status = Json.object().put("kind", kind.kind()).put("apiVersion", "v1");
    status.putObject("metadata").put("name", name).putNull("creationTimestamp");
    ObjectNode condition = status.putArray("conditions").addObject();
    condition.put("type", "Healthy").put("status", healthy ? "True" : "False");
    condition.put("message", healthy ? "ok" : "unhealthy");
    return status;
  }
}
