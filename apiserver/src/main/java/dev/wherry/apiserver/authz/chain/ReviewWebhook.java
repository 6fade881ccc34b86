package dev.wherry.apiserver.authz.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.authz.ReviewSpec;
import dev.wherry.apiserver.cel.CelValues;
import dev.wherry.apiserver.cel.Conditions;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.apiserver.webhook.KubeconfigWebhook;
import dev.wherry.machinery.time.TimedCache;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/** Asks another server by SubjectAccessReview (apiserver plugin/pkg/authorizer/webhook). */
final class ReviewWebhook implements Authorizer, AutoCloseable {
  /** Characters of what a caller may choose; longer questions are not remembered. */
  private static final int REMEMBERED_CHARS_MAX = 10_000;

  private static final String GROUP = "authorization.k8s.io/";
  private static final String KIND = "SubjectAccessReview";

  /** As upstream's. */
  private static final int ANSWERS_MAX = 8_192;

  private final String name;
  private final WebhookSettings settings;
  private final KubeconfigWebhook webhook;
  private final TimedCache<String, JsonNode> answers;
  private final ChainCounts counts;

  /**
   * @throws dev.wherry.apiserver.config.ConfigException when its kubeconfig leads nowhere
   */
  ReviewWebhook(
      String name,
      WebhookSettings settings,
      InstantSource clock,
      Duration firstPause,
      ChainCounts counts) {
    this.name = name;
    this.settings = settings;
    this.webhook = KubeconfigWebhook.open(settings.kubeconfig(), firstPause);
    this.answers = new TimedCache<>(clock, ANSWERS_MAX);
    this.counts = counts;
  }

  @Override
  public Verdict authorize(AccessRequest request) {
    if (settings.conditions().isEmpty()) {
      return ask(request);
    }
    Map<String, Object> input = Map.of("request", CelValues.dynamic(ReviewSpec.of(request, true)));
    return switch (settings.conditions().judge(input)) {
      case Conditions.Verdict.Holds() -> ask(request);
      case Conditions.Verdict.Excluded() -> {
        counts.exclusions().of("type", "Webhook", "name", name).increment();
        yield new Verdict.NoOpinion("");
      }
      case Conditions.Verdict.Failed(String why) -> {
        counts.conditionErrors().of("type", "Webhook", "name", name).increment();
        yield failed("cel evaluation error: " + why);
      }
    };
  }

  private Verdict ask(AccessRequest request) {
    ObjectNode spec = ReviewSpec.of(request, false);
    String question = new String(Json.write(spec), StandardCharsets.UTF_8);
    Optional<JsonNode> known = answers.get(question);
    if (known.isPresent()) {
      return verdict(known.get());
    }
    try {
      JsonNode status = post(spec);
      counted("success");
      if (chosenChars(request) < REMEMBERED_CHARS_MAX) {
        boolean allowed = status.path("allowed").asBoolean();
        answers.put(question, status, allowed ? settings.allowedFor() : settings.refusedFor());
      }
      return verdict(status);
    } catch (SocketTimeoutException e) {
      return unanswered("timeout", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return unanswered("error", String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unanswered("canceled", "interrupted");
    }
  }

  private JsonNode post(ObjectNode spec) throws IOException, InterruptedException {
    String version = GROUP + settings.version();
    if (settings.version().equals("v1beta1") && spec.has("groups")) {
      spec.set("group", spec.remove("groups"));
    }
    ObjectNode review = Json.object().put("apiVersion", version).put("kind", KIND);
    review.putObject("metadata").putNull("creationTimestamp");
    review.set("spec", spec);
    review.putObject("status").put("allowed", false);
    JsonNode answer = webhook.post(review, settings.timeout());
    if (!Trees.text(answer, "apiVersion").equals(version)
        || !Trees.text(answer, "kind").equals(KIND)
        || !answer.path("status").path("allowed").isBoolean()) {
      throw new IOException("it answered no " + KIND + " of " + version);
    }
    return answer.path("status");
  }

  private static Verdict verdict(JsonNode status) {
    String reason = Trees.text(status, "reason");
    boolean allowed = status.path("allowed").asBoolean();
    if (status.path("denied").asBoolean()) {
      return new Verdict.Denied(
          reason,
          allowed ? "webhook subject access review returned both allow and deny response" : "");
    }
    return allowed ? new Verdict.Allowed(reason) : new Verdict.NoOpinion(reason);
  }

  private Verdict unanswered(String how, String why) {
    counted(how);
    if (!settings.denies()) {
      counts.failOpen().of("name", name, "result", how).increment();
    }
    return failed("the authorization webhook " + name + " fails: " + why);
  }

  private Verdict failed(String why) {
    return settings.denies() ? new Verdict.Denied("", why) : new Verdict.NoOpinion("", why);
  }

  private void counted(String how) {
    counts.evaluations().of("name", name, "result", how).increment();
  }

  private static int chosenChars(AccessRequest request) {
    return request.namespace().length()
        + request.verb().length()
        + request.group().length()
        + request.version().length()
        + request.resource().length()
        + request.subresource().length()
        + request.name().length()
        + request.path().length();
  }

  @Override
  public void close() {
    webhook.close();
  }
}
