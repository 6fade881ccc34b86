package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.webhook.WebhookClient;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Converts by the webhook that a definition names (ConversionReview v1), or by renaming. */
public final class WebhookConverter implements VersionConverter {
  /** As long as upstream's requests wait. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

  private static final String GROUP = "apiextensions.k8s.io/";

  private final WebhookClient webhooks;
  private final Supplier<UUID> uids;

  /**
   * @param uids of reviews
   */
  public WebhookConverter(WebhookClient webhooks, Supplier<UUID> uids) {
    this.webhooks = webhooks;
    this.uids = uids;
  }

  @Override
  public ObjectNode convert(Definition definition, String apiVersion, ObjectNode object) {
    if (!definition.webhook()) {
      return RENAMING.convert(definition, apiVersion, object);
    }
    String what =
        "conversion webhook for "
            + object.path("apiVersion").asText()
            + ", Kind="
            + definition.kind();
    JsonNode webhook = definition.object().tree().path("spec").path("conversion").path("webhook");
    String uid = uids.get().toString();
    ObjectNode review = review(webhook, apiVersion, object, uid);
    JsonNode answer;
    try {
      answer =
          Json.parse(
              webhooks.post(
                  new WebhookClient.Call(webhook.path("clientConfig"), "", Json.write(review)),
                  ANSWER_WITHIN));
    } catch (IOException | DecodeException e) {
      throw ApiException.internal(what + " failed: " + e.getMessage());
    }
    JsonNode converted = converted(what, review, answer, uid);
    return restored(what, apiVersion, object, converted);
  }

  private static ObjectNode review(
      JsonNode webhook, String apiVersion, ObjectNode object, String uid) {
    String version = "v1";
    for (JsonNode name : webhook.path("conversionReviewVersions")) {
      if (List.of("v1", "v1beta1").contains(name.asText())) {
        version = name.asText();
        break;
      }
    }
    ObjectNode review = Json.object();
    review.put("kind", "ConversionReview").put("apiVersion", GROUP + version);
    ObjectNode request = review.putObject("request");
    request.put("uid", uid).put("desiredAPIVersion", apiVersion).putArray("objects").add(object);
    return review;
  }

  private static JsonNode converted(String what, ObjectNode review, JsonNode answer, String uid) {
    JsonNode response = answer.path("response");
    String why = "";
    if (!response.isObject()) {
      why = "no response provided";
    } else if (review.path("apiVersion").asText().equals(GROUP + "v1")) {
      if (!answer.path("apiVersion").equals(review.path("apiVersion"))) {
        why = "expected webhook response of " + review.path("apiVersion").asText();
      } else if (!response.path("uid").asText().equals(uid)) {
        why =
            "expected response.uid=\"%s\", got \"%s\""
                .formatted(uid, response.path("uid").asText());
      }
    }
    JsonNode result = response.path("result");
    if (why.isEmpty() && !result.path("status").asText().equals("Success")) {
      why =
          result
              .path("message")
              .asText(
                  "response.result.status was '"
                      + result.path("status").asText()
                      + "', not 'Success'");
    }
    if (!why.isEmpty()) {
      throw ApiException.internal(what + " failed: " + why);
    }
    JsonNode objects = response.path("convertedObjects");
    if (objects.size() != 1) {
      throw ApiException.internal(what + " returned " + objects.size() + " objects, expected 1");
    }
    return objects.get(0);
  }

  /** A webhook may change labels and annotations, and nothing else of the metadata. */
  private static ObjectNode restored(
      String what, String apiVersion, ObjectNode object, JsonNode converted) {
    String why = "";
    if (!(converted instanceof ObjectNode result)
        || !(converted.get("metadata") instanceof ObjectNode sent)) {
      throw ApiException.internal(
          what + " returned invalid metadata: missing metadata in converted object");
    }
    JsonNode metadata = object.path("metadata");
    if (!result.path("apiVersion").asText().equals(apiVersion)) {
      why =
          "invalid groupVersion (expected %s, received %s)"
              .formatted(apiVersion, result.path("apiVersion").asText());
    } else if (!result.path("kind").equals(object.path("kind"))) {
      why = "invalid kind";
    }
    for (String field : List.of("name", "namespace", "uid")) {
      boolean same = sent.path(field).asText().equals(metadata.path(field).asText());
      if (why.isEmpty() && !same) {
        why = "must have the same " + (field.equals("uid") ? "UID" : field);
      }
    }
    if (!why.isEmpty()) {
      throw ApiException.internal(what + " returned invalid object: " + why);
    }
    ObjectNode kept = metadata.deepCopy();
    for (String field : List.of("labels", "annotations")) {
      if (sent.path(field).isObject()) {
        kept.set(field, sent.get(field));
      } else {
        kept.remove(field);
      }
    }
    result.set("metadata", kept);
    return result;
  }
}
