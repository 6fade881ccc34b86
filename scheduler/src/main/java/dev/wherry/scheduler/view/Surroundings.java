package dev.wherry.scheduler.view;

import java.util.List;
import java.util.Map;

/**
 * What decisions depend on beside nodes and the pods on them.
 *
 * @param namespaces their labels by name
 * @param budgets every PodDisruptionBudget
 * @param nominations pods that wait for room on a node
 * @param storage what pods' claims lead to
 * @param devices what their claims of devices lead to
 */
public record Surroundings(
    Map<String, Map<String, String>> namespaces,
    List<DisruptionBudget> budgets,
    Nominations nominations,
    Storage storage,
    Devices devices) {
  public static final Surroundings NONE = new Surroundings(Map.of(), List.of(), new Nominations());

  /** Without storage and devices. */
  public Surroundings(
      Map<String, Map<String, String>> namespaces,
      List<DisruptionBudget> budgets,
      Nominations nominations) {
    this(namespaces, budgets, nominations, new Storage(), new Devices());
  }

  Surroundings copy() {
    return new Surroundings(
        namespaces, budgets, nominations.copy(), storage.copy(), devices.copy());
  }

  public Map<String, String> namespaceLabels(String namespace) {
    return namespaces.getOrDefault(namespace, Map.of());
  }
}
