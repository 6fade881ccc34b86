package dev.wherry.scheduler.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.scheduler.config.ExtenderConfig;
import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.framework.ScorePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An extender by its URL. Fields are written as upstream writes them, which is the Go names, and
 * read in any case of letters, as Go reads them.
 */
public final class HttpExtender implements Extender, AutoCloseable {
  /** An extender's points go to 10, a plugin's to 100. */
  private static final long SCORE_SCALE = ScorePlugin.SCORE_MAX / 10;

  private final ExtenderConfig config;
  private final ClusterObjects objects;
  private final ExtenderConnection connection;
  private final Set<Ability> abilities = EnumSet.noneOf(Ability.class);

  /**
   * @throws ExtenderException when its keys or certificates are unfit
   */
  public HttpExtender(ExtenderConfig config, ClusterObjects objects) {
    this.config = config;
    this.objects = objects;
    this.connection = new ExtenderConnection(config);
    add(Ability.FILTER, config.filterVerb());
    add(Ability.PRIORITIZE, config.prioritizeVerb());
    add(Ability.PREEMPT, config.preemptVerb());
    add(Ability.BIND, config.bindVerb());
  }

  private void add(Ability ability, String verb) {
    if (!verb.isEmpty()) {
      abilities.add(ability);
    }
  }

  @Override
  public String name() {
    return config.urlPrefix();
  }

  @Override
  public boolean isIgnorable() {
    return config.ignorable();
  }

  @Override
  public boolean isInterested(PodView pod) {
    return config.managedResources().isEmpty()
        || config.managedResources().stream().anyMatch(name -> pod.requests().amount(name) > 0);
  }

  @Override
  public Set<Ability> abilities() {
    return abilities;
  }

  @Override
  public Filtered filter(PodView pod, List<NodeView> nodes) {
    JsonNode answer = call(config.filterVerb(), arguments(pod, nodes));
    String error = field(answer, "Error").asText("");
    if (!error.isEmpty()) {
      throw new ExtenderException(error);
    }
    Map<String, Verdict.Rejected> refused = new LinkedHashMap<>();
    refused(field(answer, "FailedNodes"), true, refused);
    refused(field(answer, "FailedAndUnresolvableNodes"), false, refused);
    return new Filtered(passed(answer, nodes), refused);
  }

  private static void refused(
      JsonNode failed, boolean evictionMayHelp, Map<String, Verdict.Rejected> refused) {
    for (Map.Entry<String, JsonNode> node : failed.properties()) {
      refused.put(node.getKey(), new Verdict.Rejected(node.getValue().asText(), evictionMayHelp));
    }
  }

  private Set<String> passed(JsonNode answer, List<NodeView> asked) {
    Set<String> passed = new LinkedHashSet<>();
    JsonNode names = field(answer, "NodeNames");
    if (config.nodeCacheCapable() && names.isArray()) {
      Set<String> known = new LinkedHashSet<>();
      asked.forEach(node -> known.add(node.name()));
      for (JsonNode name : names) {
        if (!known.contains(name.asText())) {
          throw new ExtenderException(
              "extender \"%s\" claims a filtered node \"%s\" which is not found in the input node list"
                  .formatted(name(), name.asText()));
        }
        passed.add(name.asText());
      }
    } else {
      for (JsonNode node : field(field(answer, "Nodes"), "items")) {
        passed.add(node.path("metadata").path("name").asText());
      }
    }
    return passed;
  }

  @Override
  public Map<String, Long> prioritize(PodView pod, List<NodeView> nodes) {
    Map<String, Long> points = new LinkedHashMap<>();
    for (JsonNode one : call(config.prioritizeVerb(), arguments(pod, nodes))) {
      long score = field(one, "Score").asLong() * config.weight() * SCORE_SCALE;
      points.merge(field(one, "Host").asText(), score, Long::sum);
    }
    return points;
  }

  @Override
  public Map<String, Victims> preempt(
      PodView pod, Map<String, Victims> victims, ClusterSnapshot snapshot) {
    ObjectNode body = Json.object();
    body.set("Pod", podTree(pod));
    ObjectNode byNode =
        body.putObject(config.nodeCacheCapable() ? "NodeNameToMetaVictims" : "NodeNameToVictims");
    victims.forEach((node, some) -> {
      ObjectNode one = byNode.putObject(node);
      ArrayNode pods = one.putArray("Pods");
      some.pods()
          .forEach(victim ->
              pods.add(
                  config.nodeCacheCapable()
                      ? Json.object().put("UID", victim.uid())
                      : podTree(victim)));
      one.put("NumPDBViolations", some.violations());
    });
    Map<String, Victims> agreed = new LinkedHashMap<>();
    JsonNode answer = field(call(config.preemptVerb(), body), "NodeNameToMetaVictims");
    for (Map.Entry<String, JsonNode> entry : answer.properties()) {
      agreed.put(entry.getKey(), victims(entry.getKey(), entry.getValue(), snapshot));
    }
    return agreed;
  }

  private Victims victims(String node, JsonNode answer, ClusterSnapshot snapshot) {
    NodeView view =
        snapshot
            .node(node)
            .orElseThrow(() ->
                new ExtenderException("extender " + name() + " names an unknown node: " + node));
    List<PodView> pods = new ArrayList<>();
    for (JsonNode one : field(answer, "Pods")) {
      String uid = field(one, "UID").asText();
      pods.add(
          view.pods().stream()
              .filter(pod -> pod.uid().equals(uid))
              .findFirst()
              .orElseThrow(() ->
                  new ExtenderException(
                      "extender: %s claims to preempt pod (UID: %s) on node: %s, but the pod is not"
                              .formatted(name(), uid, node)
                          + " found on that node")));
    }
    return new Victims(pods, field(answer, "NumPDBViolations").asInt());
  }

  @Override
  public void bind(PodView pod, String node) {
    JsonNode answer =
        call(
            config.bindVerb(),
            Json.object()
                .put("PodName", pod.key().name())
                .put("PodNamespace", pod.key().namespace())
                .put("PodUID", pod.uid())
                .put("Node", node));
    String error = field(answer, "Error").asText("");
    if (!error.isEmpty()) {
      throw new ExtenderException(error);
    }
  }

  private ObjectNode arguments(PodView pod, List<NodeView> nodes) {
    ObjectNode body = Json.object();
    body.set("Pod", podTree(pod));
    if (config.nodeCacheCapable()) {
      body.putNull("Nodes");
      ArrayNode names = body.putArray("NodeNames");
      nodes.forEach(node -> names.add(node.name()));
    } else {
      ArrayNode items = body.putObject("Nodes").putArray("items");
      nodes.forEach(node -> objects.node(node.name()).ifPresent(items::add));
      body.putNull("NodeNames");
    }
    return body;
  }

  private ObjectNode podTree(PodView pod) {
    return objects
        .pod(pod.key())
        .orElseThrow(() -> new ExtenderException("pod " + pod.key() + " is gone"));
  }

  private JsonNode call(String verb, JsonNode body) {
    try {
      return connection.call(verb, body);
    } catch (DecodeException e) {
      throw new ExtenderException("extender " + name() + " answered no JSON", e);
    }
  }

  /** The field of this name, whatever the case of its letters. */
  private static JsonNode field(JsonNode node, String name) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (entry.getKey().equalsIgnoreCase(name)) {
        return entry.getValue();
      }
    }
    return Json.object().path(name);
  }

  @Override
  public void close() {
    connection.close();
  }
}
