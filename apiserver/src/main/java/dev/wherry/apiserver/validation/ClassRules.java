package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Rules of priority and runtime classes (scheduling and node validation). */
final class ClassRules {
  private static final long USER_PRIORITY_MAX = 1_000_000_000L;

  private ClassRules() {}

  static void priorityClass(Field priority) {
    String name = priority.at("metadata", "name").text();
    boolean system = Set.of("system-node-critical", "system-cluster-critical").contains(name);
    if (!system && name.startsWith("system-")) {
      priority
          .errors()
          .forbidden(
              "metadata.name",
              "priority class names with 'system-' prefix are reserved for system use only. error: \""
                  + name
                  + "\" is not a system priority class");
    }
    if (!system && priority.child("value").number() > USER_PRIORITY_MAX) {
      String message = "maximum allowed value of a user defined priority is " + USER_PRIORITY_MAX;
      priority.errors().forbidden("value", message);
    }
    Field preemption = priority.child("preemptionPolicy");
    if (preemption.present()) {
      preemption.require();
    }
    preemption.oneOf(List.of("PreemptLowerPriority", "Never"));
  }

  static void priorityClassUpdate(Field priority, Field old) {
    if (!priority.child("value").node().equals(old.child("value").node())
        && priority.child("value").number() != old.child("value").number()) {
      priority.errors().forbidden("value", "may not be changed in an update.");
    }
    KindRules.immutable(priority.child("preemptionPolicy"), old.child("preemptionPolicy"));
  }

  static void runtimeClass(Field runtime) {
    Field handler = runtime.child("handler");
    if (handler.require()) {
      handler.matches(NameRules::label);
    }
    runtime
        .at("overhead", "podFixed")
        .entries()
        .forEach(e -> ResourceRules.nonNegative(e.getValue()));
    Field tolerations = runtime.at("scheduling", "tolerations");
    tolerations.items().forEach(SelectorRules::toleration);
    Set<List<String>> seen = new HashSet<>();
    for (Field toleration : tolerations.items()) {
      List<String> key =
          Stream.of("key", "operator", "value", "effect")
              .map(name -> toleration.child(name).text())
              .toList();
      if (!seen.add(key)) {
        toleration.errors().duplicate(toleration.path(), toleration.node());
      }
    }
    MetadataRules.labels(runtime.at("scheduling", "nodeSelector"));
  }

  static void runtimeClassUpdate(Field runtime, Field old) {
    KindRules.immutable(runtime.child("handler"), old.child("handler"));
  }
}
