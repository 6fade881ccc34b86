package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.Comparator;
import java.util.Optional;

/** Resolves a pod's priority class to its number; keeps one default class. */
final class PodPriority implements AdmissionPlugin {
  private static final String DEFAULT_POLICY = "PreemptLowerPriority";
  private final ObjectView view;

  PodPriority(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "Priority";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (!request.isFor(Resource.PODS) || request.object().isEmpty()) {
      return;
    }
    ObjectNode spec = Trees.object(request.object().get(), "spec");
    if (request.operation() == Operation.CREATE) {
      resolve(request, spec);
    } else if (request.operation() == Operation.UPDATE) {
      JsonNode old = request.oldObject().map(o -> o.path("spec")).orElse(spec);
      keep(spec, old, "priority");
      keep(spec, old, "preemptionPolicy");
    }
  }

  @Override
  public void validate(AdmissionRequest request) {
    boolean writes =
        request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE;
    if (!writes || !request.isFor(Resource.PRIORITY_CLASSES) || request.object().isEmpty()) {
      return;
    }
    if (!request.object().get().path("globalDefault").asBoolean(false)) {
      return;
    }
    for (ObjectNode other : view.list(Resource.PRIORITY_CLASSES, "")) {
      String name = Trees.name(other);
      boolean isOther = !name.equals(Trees.name(request.object().get()));
      if (isOther && other.path("globalDefault").asBoolean(false)) {
        throw Refusals.forbidden(
            Resource.PRIORITY_CLASSES,
            request.name(),
            "PriorityClass " + name + " is already marked as default. Only one default can exist");
      }
    }
  }

  private void resolve(AdmissionRequest request, ObjectNode spec) {
    String className = Trees.text(spec, "priorityClassName");
    Optional<ObjectNode> chosen =
        className.isEmpty() ? defaultClass() : Optional.of(named(request, className));
    int value = chosen.map(c -> c.path("value").asInt()).orElse(0);
    String policy =
        chosen
            .map(c -> Trees.text(c, "preemptionPolicy"))
            .filter(p -> !p.isEmpty())
            .orElse(DEFAULT_POLICY);
    if (spec.path("priority").isNumber() && spec.path("priority").asInt() != value) {
      throw Refusals.forbidden(
          Resource.PODS,
          request.name(),
          "the integer value of priority ("
              + spec.path("priority").asInt()
              + ") must not be provided in pod spec; priority admission controller computed "
              + value
              + " from the given PriorityClass name");
    }
    String given = Trees.text(spec, "preemptionPolicy");
    if (!given.isEmpty() && !given.equals(policy)) {
      throw Refusals.forbidden(
          Resource.PODS,
          request.name(),
          "the string value of PreemptionPolicy ("
              + given
              + ") must not be provided in pod spec; priority admission controller computed "
              + policy
              + " from the given PriorityClass name");
    }
    if (className.isEmpty()) {
      chosen.ifPresent(c -> spec.put("priorityClassName", Trees.name(c)));
    }
    spec.put("priority", value).put("preemptionPolicy", policy);
  }

  private ObjectNode named(AdmissionRequest request, String className) {
    return view.get(Resource.PRIORITY_CLASSES, "", className)
        .orElseThrow(() ->
            Refusals.forbidden(
                Resource.PODS,
                request.name(),
                "no PriorityClass with name " + className + " was found"));
  }

  /** Two servers may each have stored a default; then the smaller value holds, as upstream. */
  private Optional<ObjectNode> defaultClass() {
    return view.list(Resource.PRIORITY_CLASSES, "").stream()
        .filter(c -> c.path("globalDefault").asBoolean(false))
        .min(Comparator.comparingInt(c -> c.path("value").asInt()));
  }

  private static void keep(ObjectNode spec, JsonNode old, String field) {
    if (!spec.has(field) && old.has(field)) {
      spec.set(field, old.path(field));
    }
  }
}
