package dev.wherry.apiserver.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.model.Quantity;
import dev.wherry.model.pod.PodPhases;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a pod uses (kubernetes/pkg/quota/v1/evaluator/core/pods.go). */
final class PodUsage {
  private static final List<String> COMPUTE = List.of("cpu", "memory", "ephemeral-storage");
  private static final String HUGE = "hugepages-";

  /** Resources that every container has to name where a quota limits them. */
  private static final Set<String> NAMED =
      Set.of("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");

  private PodUsage() {}

  static Amounts of(JsonNode pod, Instant now) {
    Amounts count = Amounts.one("count/pods");
    if (isOver(pod, now)) {
      return count;
    }
    JsonNode spec = pod.path("spec");
    return count.plus(compute(total(spec, "requests"), total(spec, "limits")));
  }

  /** A pod that has ended, or should have long ago, uses nothing. */
  private static boolean isOver(JsonNode pod, Instant now) {
    String phase = Trees.text(pod, "status", "phase");
    if (PodPhases.isFinished(phase)) {
      return true;
    }
    JsonNode metadata = pod.path("metadata");
    String deletion = Trees.text(metadata, "deletionTimestamp");
    if (deletion.isEmpty() || !metadata.has("deletionGracePeriodSeconds")) {
      return false;
    }
    try {
      long grace = metadata.path("deletionGracePeriodSeconds").asLong();
      return now.isAfter(Instant.parse(deletion).plusSeconds(grace));
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static Amounts compute(Amounts requests, Amounts limits) {
    Map<String, Quantity> used = new TreeMap<>();
    used.put("pods", Quantity.of(1));
    for (String name : COMPUTE) {
      Quantity request = requests.byName().get(name);
      if (request != null) {
        used.put(name, request);
        used.put("requests." + name, request);
      }
      Quantity limit = limits.byName().get(name);
      if (limit != null) {
        used.put("limits." + name, limit);
      }
    }
    requests
        .byName()
        .forEach((name, amount) -> {
          if (name.startsWith(HUGE)) {
            used.put(name, amount);
            used.put("requests." + name, amount);
          } else if (isExtended(name)) {
            used.put("requests." + name, amount);
          }
        });
    return new Amounts(used);
  }

  private static boolean isExtended(String name) {
    return name.contains("/") && !name.contains("kubernetes.io/") && !name.startsWith("requests.");
  }

  /**
   * Containers run together; init containers one at a time before them, but those that restart
   * stay; the sandbox needs its overhead (component-helpers resource PodRequests).
   */
  private static Amounts total(JsonNode spec, String field) {
    Amounts all = Amounts.NONE;
    for (JsonNode container : spec.path("containers")) {
      all = all.plus(amounts(container, field));
    }
    Amounts staying = Amounts.NONE;
    Amounts most = Amounts.NONE;
    for (JsonNode container : spec.path("initContainers")) {
      Amounts own = amounts(container, field);
      if (Trees.text(container, "restartPolicy").equals("Always")) {
        all = all.plus(own);
        staying = staying.plus(own);
        own = staying;
      } else {
        own = own.plus(staying);
      }
      most = most.max(own);
    }
    Amounts sum = all.max(most);
    Amounts whole = amounts(spec, field);
    for (Map.Entry<String, Quantity> e : whole.byName().entrySet()) {
      Map<String, Quantity> replaced = new TreeMap<>(sum.byName());
      replaced.put(e.getKey(), e.getValue());
      sum = new Amounts(replaced);
    }
    Amounts overhead = Amounts.read(spec.path("overhead"));
    return field.equals("requests")
        ? sum.plus(overhead)
        : sum.plus(overhead.only(sum.byName().keySet()));
  }

  private static Amounts amounts(JsonNode holder, String field) {
    return Amounts.read(Trees.at(holder, "resources", field));
  }

  /** What containers have to say where a quota limits it; "" when all of them do. */
  static String missing(JsonNode pod, Set<String> limited) {
    JsonNode spec = pod.path("spec");
    if (spec.path("resources").isObject() && !spec.path("resources").isEmpty()) {
      return "";
    }
    Map<String, Set<String>> missing = new TreeMap<>();
    for (String list : List.of("containers", "initContainers")) {
      for (JsonNode container : spec.path(list)) {
        Amounts own = compute(amounts(container, "requests"), amounts(container, "limits"));
        for (String name : limited) {
          if (NAMED.contains(name) && !own.byName().containsKey(name)) {
            missing.computeIfAbsent(name, n -> new TreeSet<>()).add(Trees.text(container, "name"));
          }
        }
      }
    }
    List<String> said = new ArrayList<>();
    missing.forEach((name, containers) -> said.add(name + " for: " + String.join(",", containers)));
    return said.isEmpty() ? "" : "must specify " + String.join("; ", said);
  }
}
