package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules of what makes pods for good: apps and ReplicationControllers. */
final class WorkloadRules {
  private WorkloadRules() {}

  static void deployment(Field deployment) {
    Field spec = selected(deployment, true);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    spec.child("revisionHistoryLimit").nonNegative();
    Field deadline = spec.child("progressDeadlineSeconds");
    deadline.nonNegative();
    if (deadline.present() && deadline.number() <= spec.child("minReadySeconds").number()) {
      deadline.invalid("must be greater than minReadySeconds");
    }
    Field strategy = spec.child("strategy");
    strategy.child("type").oneOf(List.of("Recreate", "RollingUpdate"));
    if (strategy.child("type").is("Recreate") && strategy.child("rollingUpdate").present()) {
      strategy
          .child("rollingUpdate")
          .forbidden("may not be specified when strategy `type` is 'Recreate'");
    }
    rolling(strategy.child("rollingUpdate"));
    templateRestart(spec.child("template"), List.of("Always"));
  }

  private static void rolling(Field rolling) {
    Field surge = rolling.child("maxSurge");
    Field unavailable = rolling.child("maxUnavailable");
    intOrPercent(surge);
    intOrPercent(unavailable);
    if (zero(surge) && zero(unavailable)) {
      unavailable.invalid("may not be 0 when `maxSurge` is 0");
    }
  }

  private static boolean none(Field value) {
    return !value.present() || zero(value);
  }

  private static boolean zero(Field value) {
    return value.present() && (value.is("0") || value.is("0%"));
  }

  static void disruptionBudget(Field budget) {
    Field spec = budget.child("spec");
    Field available = spec.child("minAvailable");
    Field unavailable = spec.child("maxUnavailable");
    if (available.present() && unavailable.present()) {
      spec.invalid("minAvailable and maxUnavailable cannot be both set");
    }
    for (Field number : List.of(available, unavailable)) {
      intOrPercent(number);
      if (number.text().matches("[0-9]{1,9}%")
          && Integer.parseInt(number.text().replace("%", "")) > 100) {
        number.invalid("must not be greater than 100%");
      }
    }
    SelectorRules.changedSelector(
        spec.child("selector"), budget.errors().before().path("spec").path("selector"));
    spec.child("unhealthyPodEvictionPolicy").oneOf(List.of("AlwaysAllow", "IfHealthyBudget"));
  }

  static void intOrPercent(Field value) {
    if (value.node().isNumber()) {
      value.nonNegative();
    } else if (value.present() && !value.text().matches("[0-9]+%")) {
      value.invalid(
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used"
              + " for validation is '[0-9]+%')");
    }
  }

  static void replicaSet(Field set) {
    Field spec = selected(set, true);
    spec.child("replicas").nonNegative();
    spec.child("minReadySeconds").nonNegative();
    templateRestart(spec.child("template"), List.of("Always"));
  }

  static void statefulSet(Field set) {
    Field spec = selected(set, true);
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
      spec.child("volumeClaimTemplates").items().forEach(WorkloadRules::claimTemplate);
    }
    spec.at("updateStrategy", "type").oneOf(List.of("RollingUpdate", "OnDelete"));
    spec.at("updateStrategy", "rollingUpdate", "partition").nonNegative();
    for (String when : List.of("whenDeleted", "whenScaled")) {
      spec.at("persistentVolumeClaimRetentionPolicy", when).oneOf(List.of("Retain", "Delete"));
    }
    spec.at("ordinals", "start").nonNegative();
    templateRestart(spec.child("template"), List.of("Always"));
  }

  /** Its name is that of a volume of the pods, and upstream tells it there. */
  private static void claimTemplate(Field claim) {
    StorageRules.claimSpec(claim.child("spec"));
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
    Field spec = selected(set, true);
    spec.child("minReadySeconds").nonNegative();
    spec.child("revisionHistoryLimit").nonNegative();
    spec.at("updateStrategy", "type").oneOf(List.of("RollingUpdate", "OnDelete"));
    Field rolling = spec.at("updateStrategy", "rollingUpdate");
    for (String name : List.of("maxUnavailable", "maxSurge")) {
      intOrPercent(rolling.child(name));
    }
    boolean unavailable = !none(rolling.child("maxUnavailable"));
    boolean surge = !none(rolling.child("maxSurge"));
    if (unavailable && surge) {
      rolling.child("maxSurge").invalid("may not be set when maxUnavailable is non-zero");
    } else if (rolling.present() && !unavailable && !surge) {
      Field missing = rolling.child("maxUnavailable");
      missing.errors().required(missing.path(), "cannot be 0 when maxSurge is 0");
    }
    templateRestart(spec.child("template"), List.of("Always"));
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

  /** Checks selector and template and returns the spec. */
  private static Field selected(Field object, boolean selectorRequired) {
    Field spec = object.child("spec");
    Field selector = spec.child("selector");
    if (!selector.present()) {
      if (selectorRequired) {
        selector.errors().required(selector.path(), "");
      }
    } else {
      SelectorRules.labelSelector(selector);
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
    PodRules.template(template, claimed);
    Field labels = template.at("metadata", "labels");
    if (selector.present()
        && !SelectorRules.isEmpty(selector)
        && !SelectorRules.matches(selector, labels)) {
      labels
          .errors()
          .invalid(
              labels.path(),
              labels.present() ? labels.node() : Json.object(),
              "`selector` does not match template `labels`");
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
    if (!now.equals(old.child("spec").node())) {
      set.errors()
          .forbidden(
              "spec",
              "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy',"
                  + " 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }
  }
}
