package dev.wherry.apiserver.admission.match;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;

/** An AdmissionRequest of admission.k8s.io/v1 without uid and objects. */
public final class RequestJson {
  private RequestJson() {}

  /**
   * What webhooks and expressions see.
   *
   * @param matched the form in which they asked for it
   */
  public static ObjectNode of(AdmissionRequest request, Matched matched) {
    ObjectNode json = Json.object();
    kind(json.putObject("kind"), matched.body());
    resource(json.putObject("resource"), matched.resource());
    put(json, "subResource", request.subresource());
    kind(json.putObject("requestKind"), request.body());
    resource(json.putObject("requestResource"), request.info());
    put(json, "requestSubResource", request.subresource());
    put(json, "name", request.name());
    put(json, "namespace", request.namespace());
    json.put("operation", request.operation().name());
    user(json.putObject("userInfo"), request.user());
    json.put("dryRun", request.dryRun());
    if (request.options().isEmpty()) {
      json.putNull("options");
    } else {
      json.set("options", request.options());
    }
    return json;
  }

  private static void kind(ObjectNode json, KindInfo kind) {
    json.put("group", kind.group()).put("version", kind.version()).put("kind", kind.kind());
  }

  private static void resource(ObjectNode json, KindInfo kind) {
    json.put("group", kind.group()).put("version", kind.version()).put("resource", kind.plural());
  }

  private static void user(ObjectNode json, UserInfo user) {
    put(json, "username", user.name());
    put(json, "uid", user.uid());
    if (!user.groups().isEmpty()) {
      user.groups().forEach(json.putArray("groups")::add);
    }
    if (!user.extra().isEmpty()) {
      ObjectNode extra = json.putObject("extra");
      user.extra()
          .forEach((key, values) -> {
            ArrayNode list = extra.putArray(key);
            values.forEach(list::add);
          });
    }
  }

  private static void put(ObjectNode json, String field, String value) {
    if (!value.isEmpty()) {
      json.put(field, value);
    }
  }
}
