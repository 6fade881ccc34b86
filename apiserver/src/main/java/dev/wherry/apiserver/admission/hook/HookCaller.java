package dev.wherry.apiserver.admission.hook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.admission.match.Input;
import dev.wherry.apiserver.admission.match.Matched;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.cel.Conditions;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.webhook.WebhookClient;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks one webhook about one request. Safe on any thread. */
final class HookCaller {
  private static final System.Logger LOG = System.getLogger(HookCaller.class.getName());
  private static final Duration LEAST = Duration.ofMillis(1);

  private final WebhookClient client;
  private final Authorizer authorizer;
  private final Supplier<UUID> uids;

  HookCaller(WebhookClient client, Authorizer authorizer, Supplier<UUID> uids) {
    this.client = client;
    this.authorizer = authorizer;
    this.uids = uids;
  }

  /**
   * Whether the conditions of a webhook hold for a request.
   *
   * @throws ApiException 403 when they cannot be judged and the webhook counts failures
   */
  boolean isAsked(Hook hook, AdmissionRequest request, Matched matched) {
    if (!hook.hasConditions()) {
      return true;
    }
    return switch (hook.conditions().judge(Input.of(request, matched, authorizer))) {
      case Conditions.Verdict.Holds() -> true;
      case Conditions.Verdict.Excluded() -> false;
      case Conditions.Verdict.Failed(String why) -> {
        if (hook.ignoresFailure()) {
          yield false;
        }
        throw Refusals.forbidden(request.resource(), request.name(), why);
      }
    };
  }

  /**
   * Asks.
   *
   * @param request with its objects in the matched version
   */
  HookAnswer ask(Hook hook, AdmissionRequest request, Matched matched, boolean mutating) {
    if (request.dryRun() && !hook.mayDryRun()) {
      return new HookAnswer.Refused(
          ApiException.badRequest(
              "admission webhook \"" + hook.name() + "\" does not support dry run"));
    }
    Optional<Review> review =
        Review.of(request, matched, hook.reviewVersions(), uids.get().toString());
    if (review.isEmpty()) {
      return new HookAnswer.Failed(
          "could not create admission objects: webhook does not accept known AdmissionReview"
              + " versions (v1, v1beta1)");
    }
    try {
      JsonNode response =
          review.get().response(post(hook, Json.write(review.get().body())), mutating);
      return read(hook, request, review.get(), response);
    } catch (IOException | DecodeException e) {
      return new HookAnswer.Failed("failed to call webhook: " + e.getMessage());
    } catch (Review.WrongAnswer e) {
      return new HookAnswer.Failed("received invalid webhook response: " + e.getMessage());
    }
  }

  private static HookAnswer read(
      Hook hook, AdmissionRequest request, Review review, JsonNode response) {
    response
        .path("auditAnnotations")
        .properties()
        .forEach(
            e -> request.notes().annotate(hook.name() + "/" + e.getKey(), e.getValue().asText()));
    response.path("warnings").forEach(warning -> request.notes().warn(warning.asText()));
    if (!response.path("allowed").asBoolean()) {
      return new HookAnswer.Refused(Review.refusal(hook.name(), response.path("status")));
    }
    try {
      return new HookAnswer.Allowed(review.patch(response));
    } catch (Review.WrongAnswer e) {
      return new HookAnswer.Failed(String.valueOf(e.getMessage()));
    }
  }

  /** Waiting for a place counts as waiting for the answer. */
  private JsonNode post(Hook hook, byte[] body) throws IOException {
    long until = System.nanoTime() + hook.timeout().toNanos();
    String query = "?timeout=" + hook.timeout().toSeconds() + "s";
    var call = new WebhookClient.Call(hook.client(), query, body);
    try {
      if (!hook.places().tryAcquire(hook.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(call.said("context deadline exceeded"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(call.said("context canceled"), e);
    }
    try {
      Duration left = Duration.ofNanos(until - System.nanoTime());
      return Json.parse(client.post(call, left.compareTo(LEAST) < 0 ? LEAST : left));
    } finally {
      hook.places().release();
    }
  }

  /**
   * What a failed call means for the request.
   *
   * @throws ApiException 500 when the webhook counts failures
   */
  static void fail(Hook hook, String why) {
    String said = "failed calling webhook \"" + hook.name() + "\": " + why;
    if (!hook.ignoresFailure()) {
      throw ApiException.internal(said);
    }
    LOG.log(Level.WARNING, "webhook=" + hook.id() + " failing open: " + why);
  }
}
