package dev.wherry.scheduler.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.scheduler.plugins.ScoringStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code kind: KubeSchedulerConfiguration} of {@code kubescheduler.config.k8s.io/v1}. Fields
 * that steer parts Wherry does not have (client connection, leader election, profiling) are read
 * over; unknown ones, and plugins that are not built, are refused in one list.
 */
public final class SchedulerConfigFile {
  private static final String API_VERSION = "kubescheduler.config.k8s.io/v1";
  private static final Set<String> READ_OVER =
      Set.of(
          "apiVersion",
          "kind",
          "clientConnection",
          "leaderElection",
          "healthzBindAddress",
          "metricsBindAddress",
          "enableProfiling",
          "enableContentionProfiling",
          "parallelism",
          "delayCacheUntilActive");

  private final List<String> complaints = new ArrayList<>();
  private final ExtendersReader extendersReader = new ExtendersReader(complaints);

  private SchedulerConfigFile() {}

  /**
   * @param root the parsed YAML or JSON document
   * @throws ConfigException with every complaint
   */
  public static SchedulerConfig parse(JsonNode root) {
    SchedulerConfigFile file = new SchedulerConfigFile();
    SchedulerConfig config = file.read(root);
    if (!file.complaints.isEmpty()) {
      throw new ConfigException(file.complaints);
    }
    return config;
  }

  private SchedulerConfig read(JsonNode root) {
    SchedulerConfig defaults = SchedulerConfig.defaults();
    if (!root.path("apiVersion").asText().equals(API_VERSION)
        || !root.path("kind").asText().equals("KubeSchedulerConfiguration")) {
      complaints.add("apiVersion, kind: must be " + API_VERSION + ", KubeSchedulerConfiguration");
    }
    onlyKeys(
        root,
        "",
        Set.of(
            "profiles",
            "extenders",
            "podInitialBackoffSeconds",
            "podMaxBackoffSeconds",
            "percentageOfNodesToScore"),
        READ_OVER);
    int percent = number(root, "percentageOfNodesToScore", "", 0, 0, 100);
    List<ExtenderConfig> extenders = extendersReader.read(root.path("extenders"));
    List<ProfileConfig> profiles = new ArrayList<>();
    JsonNode list = root.path("profiles");
    for (int i = 0; i < list.size(); i++) {
      profiles.add(profile(list.get(i), "profiles[" + i + "]", percent));
    }
    Set<String> names = new LinkedHashSet<>();
    for (ProfileConfig profile : profiles) {
      if (!names.add(profile.schedulerName())) {
        complaints.add("profiles: Duplicate value: \"" + profile.schedulerName() + "\"");
      }
    }
    int first = number(root, "podInitialBackoffSeconds", "", 1, 1, 86_400);
    int max = number(root, "podMaxBackoffSeconds", "", 10, 1, 86_400);
    if (first > max) {
      complaints.add("podMaxBackoffSeconds: must be at least podInitialBackoffSeconds");
      max = first;
    }
    return new SchedulerConfig(
        defaults.bindsInFlightMax(),
        Duration.ofSeconds(first),
        Duration.ofSeconds(max),
        profiles.isEmpty() ? List.of(profile(Json.object(), "", percent)) : profiles,
        extenders);
  }

  private ProfileConfig profile(JsonNode node, String path, int clusterPercent) {
    onlyKeys(
        node,
        path + ".",
        Set.of("schedulerName", "plugins", "pluginConfig", "percentageOfNodesToScore"),
        Set.of());
    String name = node.path("schedulerName").asText("default-scheduler");
    ProfileConfig base = ProfileConfig.defaults(name);
    Set<String> filters = new LinkedHashSet<>(base.filters());
    Map<String, Integer> scores = new LinkedHashMap<>(base.scores());
    plugins(node.path("plugins"), path + ".plugins", filters, scores);
    boolean preempts = preempts(node.path("plugins"));
    PluginArgs args = new PluginArgs(complaints);
    args.read(node.path("pluginConfig"), path + ".pluginConfig");
    Set<String> ignored = new LinkedHashSet<>(args.ignoredResources());
    ignored.addAll(extendersReader.ignoredResources());
    return new ProfileConfig(
        name,
        number(node, "percentageOfNodesToScore", path + ".", clusterPercent, 0, 100),
        filters,
        scores,
        args.strategy().orElse(ScoringStrategy.MOST_ALLOCATED),
        args.balanced().orElse(ScoringStrategy.CPU_AND_MEMORY),
        ignored,
        args.addedAffinity(),
        args.neighbours().neighbours(),
        preempts ? Optional.of(args.neighbours().preemption()) : Optional.empty());
  }

  /** On unless it is named, or all are, among the disabled and not enabled again. */
  private static boolean preempts(JsonNode plugins) {
    boolean on = true;
    for (String point : List.of("multiPoint", "postFilter")) {
      for (JsonNode off : plugins.path(point).path("disabled")) {
        String name = off.path("name").asText();
        on &= !name.equals("*") && !name.equals(PluginNames.PREEMPTION);
      }
      for (JsonNode again : plugins.path(point).path("enabled")) {
        on |= again.path("name").asText().equals(PluginNames.PREEMPTION);
      }
    }
    return on;
  }

  private void plugins(
      JsonNode plugins, String path, Set<String> filters, Map<String, Integer> scores) {
    onlyKeys(
        plugins,
        path + ".",
        Set.of("filter", "score", "multiPoint", "postFilter"),
        Set.of(
            "preEnqueue",
            "queueSort",
            "preFilter",
            "preScore",
            "reserve",
            "permit",
            "preBind",
            "bind",
            "postBind"));
    for (String point : List.of("multiPoint", "filter", "score")) {
      JsonNode set = plugins.path(point);
      String at = path + "." + point;
      for (JsonNode off : set.path("disabled")) {
        disable(off.path("name").asText(), point, filters, scores);
      }
      for (JsonNode on : set.path("enabled")) {
        enable(on, at, point, filters, scores);
      }
    }
  }

  private static void disable(
      String name, String point, Set<String> filters, Map<String, Integer> scores) {
    if (!point.equals("score")) {
      filters.removeIf(f -> name.equals("*") || f.equals(name));
    }
    if (!point.equals("filter")) {
      scores.keySet().removeIf(s -> name.equals("*") || s.equals(name));
    }
  }

  private void enable(
      JsonNode on, String at, String point, Set<String> filters, Map<String, Integer> scores) {
    String name = on.path("name").asText();
    boolean asFilter = !point.equals("score") && PluginNames.FILTERS.contains(name);
    boolean asScore = !point.equals("filter") && PluginNames.SCORES.contains(name);
    boolean asPreemption = point.equals("multiPoint") && name.equals(PluginNames.PREEMPTION);
    if (!asFilter && !asScore && !asPreemption) {
      complaints.add(at + ".enabled: Unsupported value: \"" + name + "\"");
    }
    if (asFilter) {
      filters.add(name);
    }
    if (asScore) {
      scores.put(name, number(on, "weight", at + ".enabled[" + name + "].", 1, 1, 100));
    }
  }

  private void onlyKeys(JsonNode node, String prefix, Set<String> known, Set<String> readOver) {
    node.fieldNames()
        .forEachRemaining(key -> {
          if (!known.contains(key) && !readOver.contains(key)) {
            complaints.add(prefix + key + ": unknown field");
          }
        });
  }

  private int number(JsonNode node, String key, String prefix, int absent, int min, int max) {
    JsonNode value = node.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isIntegralNumber() || value.asLong() < min || value.asLong() > max) {
      complaints.add(
          prefix + key + ": Invalid value: " + value + ": must be between " + min + " and " + max);
      return absent;
    }
    return value.asInt();
  }
}
