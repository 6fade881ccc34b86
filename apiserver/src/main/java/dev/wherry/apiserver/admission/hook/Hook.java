package dev.wherry.apiserver.admission.hook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.admission.match.Criteria;
import dev.wherry.apiserver.cel.AdmissionEnvironment;
import dev.wherry.apiserver.cel.AdmissionEnvironment.Part;
import dev.wherry.apiserver.cel.Conditions;
import dev.wherry.apiserver.view.Trees;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** One webhook of a configuration, read once. */
final class Hook {
  private static final int TIMEOUT_SECONDS = 10;

  /** Calls of one webhook at a time: one that hangs holds no more connections than these. */
  static final int CALLS_IN_FLIGHT_MAX = 256;

  private final String configuration;
  private final String name;
  private final String id;
  private final JsonNode source;
  private final Criteria criteria;
  private final Semaphore places = new Semaphore(CALLS_IN_FLIGHT_MAX);
  private volatile @Nullable Conditions conditions;

  Hook(String configuration, int index, JsonNode source) {
    this.configuration = configuration;
    this.name = Trees.text(source, "name");
    this.id = configuration + "/" + name + "/" + index;
    this.source = source;
    this.criteria = Criteria.ofWebhook(source);
  }

  String configuration() {
    return configuration;
  }

  String name() {
    return name;
  }

  /** Differs from every other webhook's. */
  String id() {
    return id;
  }

  Criteria criteria() {
    return criteria;
  }

  JsonNode client() {
    return source.path("clientConfig");
  }

  /** Whether a request goes on when the webhook cannot be asked. */
  boolean ignoresFailure() {
    return Trees.text(source, "failurePolicy").equals("Ignore");
  }

  boolean isReinvoked() {
    return Trees.text(source, "reinvocationPolicy").equals("IfNeeded");
  }

  boolean mayDryRun() {
    return Set.of("None", "NoneOnDryRun").contains(Trees.text(source, "sideEffects"));
  }

  Duration timeout() {
    return Duration.ofSeconds(source.path("timeoutSeconds").asInt(TIMEOUT_SECONDS));
  }

  /** Versions of AdmissionReview that it understands, the one it likes best first. */
  List<String> reviewVersions() {
    return Trees.texts(source, "admissionReviewVersions");
  }

  /** One place for each call under way. */
  Semaphore places() {
    return places;
  }

  /** Compiled when a request first matches: that takes its time. */
  Conditions conditions() {
    Conditions known = conditions;
    if (known == null) {
      JsonNode list = source.path("matchConditions");
      known = Conditions.of(list, AdmissionEnvironment.of(Set.of(Part.AUTHORIZER)));
      conditions = known;
    }
    return known;
  }

  boolean hasConditions() {
    return !source.path("matchConditions").isEmpty();
  }
}
