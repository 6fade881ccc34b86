package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives containers a namespace's default requests and limits, and refuses pods and claims outside
 * its bounds (kubernetes plugin/pkg/admission/limitranger).
 */
final class LimitRanges implements AdmissionPlugin {
  private static final Resource LIMIT_RANGES = new Resource("", "limitranges");
  private static final String ANNOTATION = "kubernetes.io/limit-ranger";
  private static final List<String> CONTAINER_LISTS = List.of("containers", "initContainers");

  private final ObjectView view;

  LimitRanges(ObjectView view) {
    this.view = view;
  }

  @Override
  public String name() {
    return "LimitRanger";
  }

  /** Pods cannot change what counts here, but through their resize. */
  private static boolean concernsPod(AdmissionRequest request) {
    return request.isFor(Resource.PODS) && request.operation() == Operation.CREATE
        || request.isFor(Resource.PODS, "resize") && request.operation() == Operation.UPDATE;
  }

  private List<JsonNode> limits(AdmissionRequest request, String type) {
    List<ObjectNode> ranges = new ArrayList<>(view.list(LIMIT_RANGES, request.namespace()));
    ranges.sort(Comparator.comparing(Trees::name));
    List<JsonNode> limits = new ArrayList<>();
    for (ObjectNode range : ranges) {
      for (JsonNode limit : Trees.at(range, "spec", "limits")) {
        if (Trees.text(limit, "type").equals(type)) {
          limits.add(limit);
        }
      }
    }
    return limits;
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.object().isEmpty()
        || !request.isFor(Resource.PODS)
        || request.operation() != Operation.CREATE) {
      return;
    }
    List<JsonNode> limits = limits(request, "Container");
    if (limits.isEmpty()) {
      return;
    }
    ObjectNode pod = request.object().get();
    List<String> notes = new ArrayList<>();
    for (String list : CONTAINER_LISTS) {
      for (JsonNode container : Trees.at(pod, "spec", list)) {
        String kind = list.equals("containers") ? "container" : "init container";
        fill((ObjectNode) container, limits, kind, notes);
      }
    }
    if (!notes.isEmpty()) {
      pod.withObject("/metadata/annotations")
          .put(ANNOTATION, "LimitRanger plugin set: " + String.join("; ", notes));
    }
  }

  private static void fill(
      ObjectNode container, List<JsonNode> limits, String kind, List<String> notes) {
    List<String> requested = new ArrayList<>();
    List<String> limited = new ArrayList<>();
    for (JsonNode limit : limits) {
      ObjectNode resources = container.withObject("/resources");
      limited.addAll(add(resources, "limits", limit.path("default")));
      requested.addAll(add(resources, "requests", limit.path("defaultRequest")));
    }
    String name = Trees.text(container, "name");
    note(notes, requested, "request for " + kind + " " + name);
    note(notes, limited, "limit for " + kind + " " + name);
  }

  private static List<String> add(ObjectNode resources, String field, JsonNode defaults) {
    List<String> added = new ArrayList<>();
    for (Map.Entry<String, JsonNode> one : defaults.properties()) {
      ObjectNode amounts = Trees.object(resources, field);
      if (!amounts.has(one.getKey())) {
        amounts.set(one.getKey(), one.getValue());
        added.add(one.getKey());
      }
    }
    return added;
  }

  private static void note(List<String> notes, List<String> resources, String what) {
    if (!resources.isEmpty()) {
      notes.add(String.join(", ", resources.stream().sorted().toList()) + " " + what);
    }
  }

  @Override
  public void validate(AdmissionRequest request) {
    if (request.object().isEmpty()) {
      return;
    }
    LimitCheck check = new LimitCheck();
    ObjectNode object = request.object().get();
    if (concernsPod(request)) {
      for (JsonNode limit : limits(request, "Container")) {
        CONTAINER_LISTS.forEach(list ->
            Trees.at(object, "spec", list)
                .forEach(c -> check.limit(limit, amounts(c, "requests"), amounts(c, "limits"))));
      }
      for (JsonNode limit : limits(request, "Pod")) {
        check.limit(limit, sum(object, "requests"), sum(object, "limits"));
      }
    } else if (request.isFor(Resource.PERSISTENT_VOLUME_CLAIMS)) {
      for (JsonNode limit : limits(request, "PersistentVolumeClaim")) {
        check.claim(limit, amounts(object.path("spec"), "requests"));
      }
    }
    if (!check.complaints().isEmpty()) {
      throw Refusals.forbidden(request.resource(), request.name(), said(check.complaints()));
    }
  }

  private static String said(List<String> complaints) {
    return complaints.size() == 1
        ? complaints.getFirst()
        : "[" + String.join(", ", complaints) + "]";
  }

  private static Map<String, Amount> amounts(JsonNode holder, String field) {
    Map<String, Amount> amounts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> one : Trees.at(holder, "resources", field).properties()) {
      amounts.put(one.getKey(), Amount.of(one.getValue()));
    }
    return amounts;
  }

  /** Containers run together; init containers before them, one at a time, but sidecars stay. */
  private static Map<String, Amount> sum(JsonNode pod, String field) {
    Map<String, Amount> all = new TreeMap<>();
    Trees.at(pod, "spec", "containers").forEach(c -> addAll(all, amounts(c, field)));
    Map<String, Amount> sidecars = new TreeMap<>();
    Map<String, Amount> highest = new TreeMap<>();
    for (JsonNode init : Trees.at(pod, "spec", "initContainers")) {
      if (Trees.text(init, "restartPolicy").equals("Always")) {
        addAll(all, amounts(init, field));
        addAll(sidecars, amounts(init, field));
      } else {
        Map<String, Amount> now = new TreeMap<>(sidecars);
        addAll(now, amounts(init, field));
        now.forEach((name, amount) -> highest.merge(name, amount, Amount::max));
      }
    }
    highest.forEach((name, amount) -> all.merge(name, amount, Amount::max));
    return all;
  }

  private static void addAll(Map<String, Amount> into, Map<String, Amount> more) {
    more.forEach((name, amount) -> into.merge(name, amount, Amount::plus));
  }
}
