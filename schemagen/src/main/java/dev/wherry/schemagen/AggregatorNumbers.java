package dev.wherry.schemagen;

import java.util.List;
import java.util.Map;

/**
 * Protobuf numbers and markers of the aggregator's types, which no published artifact of the Java
 * clients has (kube-aggregator pkg/apis/apiregistration/v1, generated.proto and types.go). Go
 * clients send these messages.
 */
final class AggregatorNumbers {
  private static final Map<String, Map<String, Integer>> NUMBERS =
      Map.of(
          "apiregistration.v1.APIService", Map.of("metadata", 1, "spec", 2, "status", 3),
          "apiregistration.v1.APIServiceList", Map.of("metadata", 1, "items", 2),
          "apiregistration.v1.APIServiceSpec",
              Map.of(
                  "service",
                  1,
                  "group",
                  2,
                  "version",
                  3,
                  "insecureSkipTLSVerify",
                  4,
                  "caBundle",
                  5,
                  "groupPriorityMinimum",
                  7,
                  "versionPriority",
                  8),
          "apiregistration.v1.APIServiceStatus", Map.of("conditions", 1),
          "apiregistration.v1.APIServiceCondition",
              Map.of("type", 1, "status", 2, "lastTransitionTime", 3, "reason", 4, "message", 5),
          "apiregistration.v1.ServiceReference", Map.of("namespace", 1, "name", 2, "port", 3));

  /** How lists merge, by type and field. */
  private static final Map<String, Map<String, String>> MARKERS =
      Map.of(
          "apiregistration.v1.APIServiceStatus conditions",
          Map.of(
              "patchStrategy", "merge",
              "patchMergeKey", "type",
              "listType", "map",
              "listMapKey", "type"));

  private AggregatorNumbers() {}

  /** A field's marker; "" for none, and for other types. */
  static String marker(String type, String field, String name) {
    return MARKERS.getOrDefault(type + " " + field, Map.of()).getOrDefault(name, "");
  }

  /** The number of a field; none for other types, and for kind and apiVersion. */
  static List<Integer> of(String type, String field) {
    Integer number = NUMBERS.getOrDefault(type, Map.of()).get(field);
    return number == null ? List.of() : List.of(number);
  }
}
