package dev.wherry.apiserver.admission.hook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.match.Matched;
import dev.wherry.apiserver.admission.match.RequestJson;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * AdmissionReview as it goes out and comes back (plugin/webhook/request).
 *
 * @param version v1 or v1beta1
 */
record Review(String version, String uid, ObjectNode body) {
  private static final String GROUP = "admission.k8s.io/";
  private static final List<String> KNOWN = List.of("v1", "v1beta1");
  private static final int BAD_REQUEST = 400;

  /** An answer that is no AdmissionReview as it has to be. */
  static final class WrongAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    WrongAnswer(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * A review of a request.
   *
   * @param request with its objects in the matched version
   * @param versions that the webhook understands
   * @return empty when the webhook understands no version of ours
   */
  static Optional<Review> of(
      AdmissionRequest request, Matched matched, List<String> versions, String uid) {
    Optional<String> version = versions.stream().filter(KNOWN::contains).findFirst();
    return version.map(v -> {
      ObjectNode body = Json.object();
      body.put("kind", "AdmissionReview").put("apiVersion", GROUP + v);
      ObjectNode json = Json.object().put("uid", uid);
      json.setAll(RequestJson.of(request, matched));
      json.set("object", node(request.object()));
      json.set("oldObject", node(request.oldObject()));
      body.set("request", json);
      return new Review(v, uid, body);
    });
  }

  private static JsonNode node(Optional<ObjectNode> object) {
    return object.isPresent() ? object.get() : JsonNodeFactory.instance.nullNode();
  }

  /**
   * The response within an answer.
   *
   * @param mutating whether it may bring a patch
   */
  JsonNode response(JsonNode answer, boolean mutating) throws WrongAnswer {
    JsonNode response = answer.path("response");
    if (!response.isObject()) {
      throw new WrongAnswer("webhook response was absent");
    }
    if (version.equals("v1")) {
      checkV1(answer, response, mutating);
    }
    return response;
  }

  private void checkV1(JsonNode answer, JsonNode response, boolean mutating) throws WrongAnswer {
    String given = response.path("uid").asText();
    if (!given.equals(uid)) {
      throw new WrongAnswer("expected response.uid=\"" + uid + "\", got \"" + given + "\"");
    }
    String apiVersion = answer.path("apiVersion").asText();
    String kind = answer.path("kind").asText();
    if (!apiVersion.equals(GROUP + "v1") || !kind.equals("AdmissionReview")) {
      throw new WrongAnswer(
          "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got "
              + (apiVersion.contains("/") ? apiVersion : "/" + apiVersion)
              + ", Kind="
              + kind);
    }
    boolean patch = !response.path("patch").asText().isEmpty();
    JsonNode type = response.path("patchType");
    boolean typed = !type.isMissingNode() && !type.isNull();
    if (!mutating) {
      if (patch) {
        throw new WrongAnswer("validating webhook may not return response.patch");
      }
      if (typed) {
        throw new WrongAnswer("validating webhook may not return response.patchType");
      }
    } else if (patch && !typed) {
      throw new WrongAnswer("webhook returned response.patch but not response.patchType");
    } else if (!patch && typed) {
      throw new WrongAnswer("webhook returned response.patchType but not response.patch");
    } else if (typed && type.asText().isEmpty()) {
      throw new WrongAnswer("webhook returned invalid response.patchType of \"\"");
    }
  }

  /** The patch of a response; an empty list where there is none. */
  JsonNode patch(JsonNode response) throws WrongAnswer {
    String text = response.path("patch").asText();
    if (text.isEmpty()) {
      return Json.array();
    }
    String type = response.path("patchType").asText(version.equals("v1beta1") ? "JSONPatch" : "");
    if (!type.equals("JSONPatch")) {
      throw new WrongAnswer("unsupported patch type \"" + type + "\"");
    }
    try {
      return Json.parse(Base64.getDecoder().decode(text));
    } catch (RuntimeException e) {
      throw new WrongAnswer("received undecodable patch in webhook response: " + e.getMessage());
    }
  }

  /** The refusal that a webhook's result stands for (webhook/errors ToStatusErr). */
  static ApiException refusal(String webhook, JsonNode result) {
    String denied = "admission webhook \"" + webhook + "\" denied the request";
    String message = result.path("message").asText();
    String reason = result.path("reason").asText();
    String said =
        !message.isEmpty()
            ? denied + ": " + message
            : !reason.isEmpty() ? denied + ": " + reason : denied + " without explanation";
    int code = Math.max(result.path("code").asInt(), BAD_REQUEST);
    JsonNode details = result.path("details");
    List<ApiException.Cause> causes = new ArrayList<>();
    for (JsonNode cause : details.path("causes")) {
      causes.add(
          new ApiException.Cause(
              cause.path("reason").asText(),
              cause.path("message").asText(),
              cause.path("field").asText()));
    }
    return new ApiException(
        Reason.of(reason).orElse(Reason.UNKNOWN),
        code,
        said,
        new ApiException.Details(
            details.path("group").asText(),
            details.path("kind").asText(),
            details.path("name").asText(),
            details.path("uid").asText(),
            details.path("retryAfterSeconds").asInt(),
            causes));
  }
}
