package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.Quantity;
import java.util.List;
import java.util.Map;

/** Rules of HorizontalPodAutoscalers (kubernetes pkg/apis/autoscaling/validation). */
final class AutoscalerRules {
  /** The sources of a metric by its type. */
  private static final Map<String, String> SOURCES =
      Map.of(
          "ContainerResource", "containerResource",
          "External", "external",
          "Object", "object",
          "Pods", "pods",
          "Resource", "resource");

  private static final List<String> TYPES =
      List.of("ContainerResource", "External", "Object", "Pods", "Resource");

  /** The same in upstream's order. */
  private static final List<String> ORDER =
      List.of("Object", "External", "Pods", "Resource", "ContainerResource");

  private static final List<String> POLICIES = List.of("Percent", "Pods");
  private static final int STABILIZATION_SECONDS_MAX = 3_600;
  private static final int PERIOD_SECONDS_MAX = 1_800;
  private static final String POSITIVE = "must be greater than zero";

  private AutoscalerRules() {}

  static void autoscaler(Field autoscaler) {
    Field spec = autoscaler.child("spec");
    Field min = spec.child("minReplicas");
    Field max = spec.child("maxReplicas");
    if (min.present()) {
      min.atLeast(1, "must be greater than or equal to 1");
    }
    if (max.number() == 0) {
      max.errors().required(max.path(), "must be set and greater than 0");
    } else if (max.number() < 0) {
      max.invalid("must be greater than or equal to 1");
    }
    if (min.present() && max.number() < min.number()) {
      max.invalid("must be greater than or equal to `minReplicas`");
    }
    target(spec.child("scaleTargetRef"));
    metrics(spec);
    rules(spec.at("behavior", "scaleUp"));
    rules(spec.at("behavior", "scaleDown"));
  }

  /** What it names must have a group, but for the one scalable kind that has none. */
  private static void target(Field target) {
    reference(target);
    JsonNode before = target.errors().before().path("spec").path("scaleTargetRef");
    boolean same =
        before.isObject()
            && target.child("apiVersion").is(before.path("apiVersion").asText())
            && target.child("kind").is(before.path("kind").asText());
    if (!same) {
      version(target.child("apiVersion"), target.child("kind").is("ReplicationController"));
    }
  }

  private static void version(Field version, boolean mayHaveNoGroup) {
    String[] parts = version.text().split("/", -1);
    if (parts.length > 2) {
      shown(version, "unexpected GroupVersion string: " + version.text());
    } else if (!mayHaveNoGroup && (parts.length < 2 || parts[0].isEmpty())) {
      shown(version, "apiVersion must specify API group");
    }
  }

  /** A mistake of a text, the empty one shown as such. */
  private static void shown(Field text, String detail) {
    text.errors().invalid(text.path(), text.text(), detail);
  }

  private static void metrics(Field spec) {
    Field metrics = spec.child("metrics");
    metrics.items().forEach(AutoscalerRules::metric);
    boolean others =
        metrics.items().stream()
            .map(metric -> metric.child("type"))
            .anyMatch(type -> type.is("Object") || type.is("External"));
    Field min = spec.child("minReplicas");
    if (min.present() && min.number() == 0 && !others) {
      metrics.forbidden(
          "must specify at least one Object or External metric to support scaling to zero"
              + " replicas");
    }
  }

  private static void reference(Field reference) {
    for (String part : List.of("kind", "name")) {
      Field field = reference.child(part);
      if (field.require()) {
        field.matches(NameRules::pathSegment);
      }
    }
  }

  private static void metric(Field metric) {
    Field type = metric.child("type");
    type.require("must specify a metric source type");
    if (!TYPES.contains(type.text())) {
      type.errors().unsupported(type.path(), TextNode.valueOf(type.text()), TYPES);
    }
    // Upstream judges the first source that is there, in this order, whatever the type says.
    List<String> there = metric.presentOf(ORDER.stream().map(SOURCES::get).toList());
    if (!there.isEmpty()) {
      String first = there.getFirst();
      ORDER.stream()
          .filter(name -> first.equals(SOURCES.get(name)))
          .forEach(name -> source(name, metric.child(first)));
    }
    String expected = SOURCES.getOrDefault(type.text(), "");
    if (!expected.isEmpty() && !there.contains(expected)) {
      metric.child(expected).require("must populate information for the given metric source");
    }
    for (String other : there.size() == 1 ? List.<String>of() : there) {
      if (!other.equals(expected)) {
        metric.child(other).forbidden("must populate the given metric source only");
      }
    }
  }

  private static void source(String type, Field source) {
    if (type.endsWith("Resource")) {
      source.child("name").require("must specify a resource name");
      if (type.equals("ContainerResource")) {
        if (source.child("container").require("must specify a container")) {
          source.child("container").matches(NameRules::label);
        }
      }
    } else {
      Field name = source.at("metric", "name");
      if (name.require("must specify a metric name")) {
        name.matches(NameRules::pathSegment);
      }
    }
    if (type.equals("Object")) {
      reference(source.child("describedObject"));
      version(source.at("describedObject", "apiVersion"), true);
    }
    Field target = source.child("target");
    Field wanted = target.child("type");
    wanted.require("must specify a metric target type");
    if (!List.of("Utilization", "Value", "AverageValue").contains(wanted.text())) {
      shown(wanted, "must be either Utilization, Value, or AverageValue");
    }
    Field utilization = target.child("averageUtilization");
    if (utilization.present() && utilization.number() < 1) {
      utilization.invalid("must be greater than 0");
    }
    positive(target.child("value"));
    positive(target.child("averageValue"));
    wanted(type, target);
  }

  private static void wanted(String type, Field target) {
    boolean average = target.child("averageValue").present();
    boolean percent = target.child("averageUtilization").present();
    boolean value = target.child("value").present();
    switch (type) {
      case "Resource", "ContainerResource" -> {
        if (!average && !percent) {
          target
              .child("averageUtilization")
              .require("must set either a target raw value or a target utilization");
        }
        if (average && percent) {
          target
              .child("averageValue")
              .forbidden("may not set both a target raw value and a target utilization");
        }
      }
      case "Pods" ->
          target.child("averageValue").require("must specify a positive target averageValue");
      default -> {
        if (!average && !value) {
          target
              .child("averageValue")
              .require("must set either a target value for metric or a per-pod target");
        }
        if (type.equals("External") && average && value) {
          target
              .child("value")
              .forbidden("may not set both a target value for metric and a per-pod target");
        }
      }
    }
  }

  private static void positive(Field amount) {
    if (amount.present()) {
      try {
        if (Quantity.parse(amount.text()).signum() <= 0) {
          amount.invalid("must be positive");
        }
      } catch (IllegalArgumentException _) {
        // The schema's own check speaks of what is no amount.
      }
    }
  }

  private static void rules(Field rules) {
    if (!rules.present()) {
      return;
    }
    Field window = rules.child("stabilizationWindowSeconds");
    window.nonNegative();
    if (window.number() > STABILIZATION_SECONDS_MAX) {
      window.invalid("must be less than or equal to " + STABILIZATION_SECONDS_MAX);
    }
    rules.optional("selectPolicy").oneOf(List.of("Disabled", "Max", "Min"));
    Field policies = rules.child("policies");
    if (policies.node().isEmpty()) {
      policies.errors().required(policies.path(), "must specify at least one Policy");
    }
    if (rules.child("tolerance").present()) {
      ResourceRules.nonNegative(rules.child("tolerance"));
    }
    for (Field policy : policies.items()) {
      Field type = policy.child("type");
      if (!POLICIES.contains(type.text())) {
        type.errors().unsupported(type.path(), TextNode.valueOf(type.text()), POLICIES);
      }
      if (policy.child("value").number() <= 0) {
        policy.child("value").invalid(POSITIVE);
      }
      Field period = policy.child("periodSeconds");
      if (period.number() <= 0) {
        period.invalid(POSITIVE);
      } else if (period.number() > PERIOD_SECONDS_MAX) {
        period.invalid("must be less than or equal to " + PERIOD_SECONDS_MAX);
      }
    }
  }
}
