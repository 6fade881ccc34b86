package dev.wherry.bench.packing;

import dev.wherry.model.json.Json;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.scheduler.config.SchedulerConfigFile;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is compared, as a user would write it into kube-scheduler's configuration file. */
public final class Strategies {
  private static final String WITH_GPU =
      """
      ,"resources":[{"name":"cpu","weight":1},{"name":"memory","weight":1},
      {"name":"nvidia.com/gpu","weight":5}]\
      """;

  private Strategies() {}

  /** By name. */
  public static Map<String, SchedulerConfig> all() {
    Map<String, SchedulerConfig> all = new LinkedHashMap<>();
    all.put("least allocated", fit("{\"type\":\"LeastAllocated\"}"));
    all.put(
        "balanced",
        config(
            "{\"name\":\"NodeResourcesBalancedAllocation\",\"weight\":5}",
            "{\"type\":\"LeastAllocated\"}"));
    all.put("most allocated (default)", fit("{\"type\":\"MostAllocated\"}"));
    all.put("most allocated, GPU 5", fit("{\"type\":\"MostAllocated\"" + WITH_GPU + "}"));
    all.put(
        "requested to capacity, GPU 5",
        fit(
            "{\"type\":\"RequestedToCapacityRatio\",\"requestedToCapacityRatio\":{\"shape\":"
                + "[{\"utilization\":0,\"score\":0},{\"utilization\":100,\"score\":10}]}"
                + WITH_GPU
                + "}"));
    String fragmentation = "{\"name\":\"NodeResourcesFragmentation\",\"weight\":5}";
    String most = "{\"type\":\"MostAllocated\"" + WITH_GPU + "}";
    all.put("fragmentation", config(fragmentation, most));
    all.put(
        "fragmentation 5, most allocated 5, GPU 5",
        config(fragmentation + ",{\"name\":\"NodeResourcesFit\",\"weight\":5}", most));
    return all;
  }

  private static SchedulerConfig fit(String strategy) {
    return config("{\"name\":\"NodeResourcesFit\",\"weight\":5}", strategy);
  }

  private static SchedulerConfig config(String scores, String strategy) {
    return SchedulerConfigFile.parse(
        Json.parse(
            """
            {"apiVersion":"kubescheduler.config.k8s.io/v1","kind":"KubeSchedulerConfiguration",
            "percentageOfNodesToScore":100,"profiles":[{"plugins":{"score":{
            "disabled":[{"name":"*"}],"enabled":[%s]}},
            "pluginConfig":[{"name":"NodeResourcesFit","args":{"scoringStrategy":%s}}]}]}\
            """
                .formatted(scores, strategy)));
  }
}
