package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules of what makes pods for good: apps and ReplicationControllers. */
final class WorkloadRules {
  private WorkloadRules() {}

  static void deployment(Field deployment) {
    Field spec = selected(deployment, Selection.STRICT);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    spec.child("revisionHistoryLimit").nonNegative();
    Field deadline = spec.child("progressDeadlineSeconds");
    deadline.nonNegative();
    if (deadline.present() && deadline.number() <= spec.child("minReadySeconds").number()) {
      deadline.invalid("must be greater than minReadySeconds");
    }
    StrategyRules.deployment(spec.child("strategy"));
    templateRestart(spec.child("template"), List.of("Always"));
  }

  static void disruptionBudget(Field budget) {
    Field spec = budget.child("spec");
    Field available = spec.child("minAvailable");
    Field unavailable = spec.child("maxUnavailable");
    if (available.present() && unavailable.present()) {
      spec.invalid("minAvailable and maxUnavailable cannot be both set");
    }
    for (Field number : List.of(available, unavailable)) {
      StrategyRules.intOrPercent(number);
      StrategyRules.notOverAll(number);
    }
    SelectorRules.changedSelector(
        spec.child("selector"), budget.errors().before().path("spec").path("selector"));
    spec.optional("unhealthyPodEvictionPolicy").oneOf(List.of("AlwaysAllow", "IfHealthyBudget"));
  }

  static void replicaSet(Field set) {
    Field spec = selected(set, Selection.STRICT);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    templateRestart(spec.child("template"), List.of("Always"));
  }

  static void statefulSet(Field set) {
    Field spec = selected(set, Selection.STRICT);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    Field management = spec.child("podManagementPolicy");
    if (management.hasText() && !management.is("OrderedReady") && !management.is("Parallel")) {
      management.invalid("must be 'OrderedReady' or 'Parallel'");
    }
    // A name that is stored may be any (upstream's AllowInvalidServiceName).
    if (set.errors().before().isMissingNode()) {
      set.at("metadata", "name").matches(NameRules::label);
      spec.child("serviceName").matches(NameRules::label);
      spec.child("volumeClaimTemplates")
          .items()
          .forEach(claim -> StorageRules.claimSpec(claim.child("spec")));
    }
    Field claims = spec.child("volumeClaimTemplates");
    if (!claims.node().equals(set.errors().before().at("/spec/volumeClaimTemplates"))) {
      claims.items().forEach(WorkloadRules::claimName);
    }
    StrategyRules.statefulSet(spec.child("updateStrategy"));
    for (String when : List.of("whenDeleted", "whenScaled")) {
      spec.at("persistentVolumeClaimRetentionPolicy", when).oneOf(List.of("Retain", "Delete"));
    }
    spec.at("ordinals", "start").nonNegative();
    templateRestart(spec.child("template"), List.of("Always"));
  }

  /** Its name is that of a volume of the pods, and upstream tells it there. */
  private static void claimName(Field claim) {
    String name = claim.at("metadata", "name").text();
    String path = "spec.template.spec.volumes[0]";
    if (name.isEmpty()) {
      claim.errors().required(path + ".name", "");
      claim.errors().required(path + ".persistentVolumeClaim.claimName", "");
    } else {
      NameRules.label(name).forEach(why -> claim.errors().invalid(path + ".name", name, why));
    }
  }

  static void daemonSet(Field set) {
    Field spec = selected(set, Selection.LENIENT);
    spec.child("minReadySeconds").nonNegative();
    spec.child("revisionHistoryLimit").nonNegative();
    templateRestart(spec.child("template"), List.of("Always"));
    StrategyRules.daemonSet(spec.child("updateStrategy"));
  }

  static void replicationController(Field controller) {
    Field spec = controller.child("spec");
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    Field selector = spec.child("selector");
    if (selector.node().isEmpty()) {
      selector.errors().required(selector.path(), "");
    }
    Field template = spec.child("template");
    if (template.require()) {
      Field labels = template.at("metadata", "labels");
      boolean matches =
          selector.entries().stream()
              .allMatch(e -> labels.child(e.getKey()).is(e.getValue().text()));
      if (!matches) {
        labels.invalid("`selector` does not match template `labels`");
      }
      PodRules.template(template);
      templateRestart(template, List.of("Always"));
    }
  }

  /** What upstream makes of a selector. */
  private enum Selection {
    /** It must be there, and one with mistakes is told as a whole too. */
    STRICT,
    /** One that is missing or has mistakes is not held against the template besides. */
    LENIENT
  }

  /** Checks selector and template and returns the spec. */
  private static Field selected(Field object, Selection selection) {
    Field spec = object.child("spec");
    Field selector = spec.child("selector");
    boolean bad = SelectorRules.isBad(selector.node());
    if (!selector.present()) {
      if (selection == Selection.STRICT) {
        selector.errors().required(selector.path(), "");
      }
    } else {
      SelectorRules.labelSelector(selector);
      if (bad && selection == Selection.STRICT) {
        selector.invalid("invalid label selector");
      }
      if (SelectorRules.isEmpty(selector)) {
        selector.invalid(
            "empty selector is invalid for "
                + object.child("kind").text().toLowerCase(Locale.ROOT));
      }
    }
    Field template = spec.child("template");
    Set<String> claimed = new HashSet<>();
    spec.child("volumeClaimTemplates")
        .items()
        .forEach(claim -> claimed.add(claim.at("metadata", "name").text()));
    if (!bad || selection == Selection.LENIENT) {
      PodRules.template(template, claimed);
    }
    Field labels = template.at("metadata", "labels");
    // No selector is one that selects nothing.
    boolean selects =
        selector.present()
            && (SelectorRules.isEmpty(selector) || SelectorRules.matches(selector, labels));
    if (!bad && !selects) {
      SelectorRules.mismatch(labels);
    }
    return spec;
  }

  private static void templateRestart(Field template, List<String> supported) {
    template.at("spec", "restartPolicy").oneOf(supported);
    if (supported.equals(List.of("Always"))
        && template.at("spec", "activeDeadlineSeconds").present()) {
      template
          .at("spec", "activeDeadlineSeconds")
          .forbidden("activeDeadlineSeconds in ReplicaSet is not Supported");
    }
  }

  static void selectorUpdate(Field object, Field old) {
    KindRules.immutable(object.at("spec", "selector"), old.at("spec", "selector"));
  }

  static void statefulSetUpdate(Field set, Field old) {
    ObjectNode now = set.child("spec").node().deepCopy();
    ObjectNode before = old.child("spec").node().deepCopy();
    for (ObjectNode spec : List.of(now, before)) {
      // Upstream keeps no type of them.
      for (JsonNode claim : spec.path("volumeClaimTemplates")) {
        ((ObjectNode) claim).remove(List.of("apiVersion", "kind"));
      }
    }
    for (String name :
        List.of(
            "replicas",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
            "ordinals")) {
      now.remove(name);
      if (old.child("spec").node().has(name)) {
        now.set(name, old.child("spec").node().get(name));
      }
    }
    if (!now.equals(before)) {
      set.errors()
          .forbidden(
              "spec",
              "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy',"
                  + " 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }
  }
}
