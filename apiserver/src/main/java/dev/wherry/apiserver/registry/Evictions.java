package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.Selection;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.view.LabelSelectors;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.Times;
import dev.wherry.model.kind.ResourceInfo;
import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code pods/eviction}: a deletion that asks the pod's PodDisruptionBudget first and takes one off
 * it (core registry/pod/storage EvictionREST). The controller counts anew afterwards.
 */
final class Evictions {
  private static final Resource BUDGETS = new Resource("policy", "poddisruptionbudgets");
  private static final String REFUSED =
      "Cannot evict pod as it would violate the pod's disruption budget.";
  private static final int RETRY_SECONDS = 10;

  /** Evictions that no controller has confirmed yet. */
  private static final int UNCONFIRMED_MAX = 2_000;

  /** Phases in which a pod serves nobody. */
  private static final Set<String> IDLE = Set.of("Succeeded", "Failed", "Pending");

  private final ObjectStore objects;
  private final Deletion deletion;
  private final WatchCache cache;
  private final ResourceInfo budgets;
  private final InstantSource clock;

  /**
   * @param budgets the kind PodDisruptionBudget
   */
  Evictions(
      ObjectStore objects,
      Deletion deletion,
      WatchCache cache,
      ResourceInfo budgets,
      InstantSource clock) {
    this.objects = objects;
    this.deletion = deletion;
    this.cache = cache;
    this.budgets = budgets;
    this.clock = clock;
  }

  /** Deletes the pod, or refuses with 429 and what the budget lacks. */
  void evict(WriteRequest request, JsonNode eviction) {
    if (!eviction.path("metadata").path("name").asText().equals(request.name())) {
      throw ApiException.badRequest("name in URL does not match name in Eviction object");
    }
    // A dry run may be asked for in the options of the deletion too.
    boolean tried = !eviction.path("deleteOptions").path("dryRun").isEmpty();
    WriteRequest pod = tried ? request.rehearsal() : request;
    CachedObject current = objects.require(pod);
    if (!servesNobody(current.tree())) {
      List<CachedObject> found = budgetsOf(pod.namespace(), current);
      if (found.size() > 1) {
        throw new ApiException(
            Reason.INTERNAL_ERROR,
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does"
                + " not support.");
      }
      if (!found.isEmpty() && !mayGoUnhealthy(current.tree(), found.getFirst().tree())) {
        String name = found.getFirst().tree().path("metadata").path("name").asText();
        objects.updateUnowned(
            new WriteRequest(pod.user(), budgets, "status", pod.namespace(), name, pod.dryRun()),
            budget -> charged(budget, pod.name()));
      }
    }
    if (!pod.dryRun()) {
      objects.updateUnowned(status(pod), this::marked);
    }
    deletion.delete(pod, Deletion.Options.of(eviction.path("deleteOptions")));
  }

  private static WriteRequest status(WriteRequest pod) {
    return new WriteRequest(
        pod.user(), pod.info(), "status", pod.namespace(), pod.name(), pod.dryRun());
  }

  private static boolean servesNobody(ObjectNode pod) {
    return IDLE.contains(pod.path("status").path("phase").asText())
        || pod.path("metadata").has("deletionTimestamp");
  }

  private List<CachedObject> budgetsOf(String namespace, CachedObject pod) {
    return cache
        .list(BUDGETS, new Selection(namespace, Labels.EVERYTHING, Fields.EVERYTHING))
        .objects()
        .stream()
        .filter(budget -> selects(budget.tree(), pod))
        .toList();
  }

  private static boolean selects(ObjectNode budget, CachedObject pod) {
    JsonNode selector = budget.path("spec").path("selector");
    return selector.isObject()
        && Labels.of(Optional.of(LabelSelectors.read(selector))).matches(pod.labels());
  }

  /** A pod that is not ready may go while enough others are, or always where the budget says. */
  private static boolean mayGoUnhealthy(ObjectNode pod, ObjectNode budget) {
    for (JsonNode condition : pod.path("status").path("conditions")) {
      if (condition.path("type").asText().equals("Ready")
          && condition.path("status").asText().equals("True")) {
        return false;
      }
    }
    JsonNode status = budget.path("status");
    int desired = status.path("desiredHealthy").asInt();
    return budget.path("spec").path("unhealthyPodEvictionPolicy").asText().equals("AlwaysAllow")
        || (desired > 0 && status.path("currentHealthy").asInt() >= desired);
  }

  /** The budget with one eviction less to give. */
  private ObjectNode charged(ObjectNode budget, String pod) {
    String name = budget.path("metadata").path("name").asText();
    ObjectNode status = budget.withObject("/status");
    int allowed = status.path("disruptionsAllowed").asInt();
    if (status.path("observedGeneration").asLong()
        < budget.path("metadata").path("generation").asLong()) {
      throw refusal(
          "The disruption budget " + name + " is still being processed by the server.",
          RETRY_SECONDS);
    }
    if (status.path("disruptedPods").size() > UNCONFIRMED_MAX) {
      throw ApiException.forbidden(
          budgets.kind(),
          name,
          "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
    }
    if (allowed <= 0) {
      throw refusal(
          "The disruption budget "
              + name
              + " needs "
              + status.path("desiredHealthy").asInt()
              + " healthy pods and has "
              + status.path("currentHealthy").asInt()
              + " currently",
          0);
    }
    status.put("disruptionsAllowed", allowed - 1);
    status.withObject("/disruptedPods").put(pod, Times.time(clock.instant()));
    return budget;
  }

  private static ApiException refusal(String why, int retrySeconds) {
    return new ApiException(
        Reason.TOO_MANY_REQUESTS,
        REFUSED,
        new ApiException.Details(
            "",
            "",
            "",
            "",
            retrySeconds,
            List.of(new ApiException.Cause("DisruptionBudget", why, ""))));
  }

  /** The pod with the word that it is being evicted. */
  private ObjectNode marked(ObjectNode pod) {
    PodConditions.put(
        pod,
        PodConditions.holds("DisruptionTarget", clock.instant())
            .put("reason", "EvictionByEvictionAPI")
            .put("message", "Eviction API: evicting"));
    return pod;
  }
}
