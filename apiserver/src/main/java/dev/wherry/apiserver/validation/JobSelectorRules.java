package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How a Job finds its pods, and what may change of them (batch validation). */
final class JobSelectorRules {
  private JobSelectorRules() {}

  /** Pods of a generated selector have the labels that the server gives them. */
  static void generated(Field job, Field spec) {
    if (spec.child("manualSelector").isTrue() || !spec.child("selector").present()) {
      return;
    }
    String uid = job.at("metadata", "uid").text();
    String name = job.at("metadata", "name").text();
    Map<String, String> expected =
        Map.of(
            "controller-uid", uid,
            "job-name", name,
            "batch.kubernetes.io/controller-uid", uid,
            "batch.kubernetes.io/job-name", name);
    Field labels = spec.at("template", "metadata", "labels");
    // Jobs of old servers have fewer.
    JsonNode before = job.errors().before().at("/spec/template/metadata/labels");
    for (Map.Entry<String, String> e : new TreeMap<>(expected).entrySet()) {
      Field label = labels.entry(e.getKey());
      if (!label.present() && job.errors().before().isObject() && !before.has(e.getKey())) {
        continue;
      }
      String detail = "must be '" + e.getValue() + "'";
      if (!label.present()) {
        label.errors().required(label.path(), detail);
      } else if (!label.is(e.getValue())) {
        label.errors().invalid(label.path(), labels.node(), detail);
      }
    }
    ObjectNode wanted = Json.object();
    expected.forEach(wanted::put);
    Field selector = spec.child("selector");
    if (!SelectorRules.isBad(selector.node())
        && !SelectorRules.matches(selector, Field.root(wanted, spec.errors()))) {
      selector.invalid("`selector` not auto-generated");
    }
  }

  static void selector(Field spec) {
    Field selector = spec.child("selector");
    if (selector.present()) {
      SelectorRules.labelSelector(selector);
    } else {
      selector.errors().required(selector.path(), "");
    }
    Field labels = spec.at("template", "metadata", "labels");
    boolean selects = selector.present() && SelectorRules.matches(selector, labels);
    if (!SelectorRules.isBad(selector.node()) && !selects) {
      SelectorRules.mismatch(labels);
    }
  }

  /** While a Job is suspended, what its pods take and where they run may change, nothing else. */
  static void suspendedTemplate(Field job, Field old) {
    Field now = job.at("spec", "template", "spec");
    JsonNode before = old.at("spec", "template", "spec").node();
    boolean same =
        now.node() instanceof ObjectNode spec
            && before instanceof ObjectNode oldSpec
            && fixed(spec).equals(fixed(oldSpec));
    if (!same) {
      now.invalid("field is immutable");
    }
  }

  private static ObjectNode fixed(ObjectNode spec) {
    ObjectNode fixed = spec.deepCopy();
    fixed.remove(List.of("nodeSelector", "tolerations", "schedulingGates"));
    if (fixed.path("affinity") instanceof ObjectNode affinity) {
      affinity.remove("nodeAffinity");
    }
    for (String list : List.of("containers", "initContainers")) {
      for (JsonNode container : fixed.path(list)) {
        if (container instanceof ObjectNode one) {
          one.remove("resources");
          StorageRules.prune(one);
        }
      }
    }
    StorageRules.prune(fixed);
    return fixed;
  }
}
