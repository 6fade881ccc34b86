package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.Quantity;
import java.util.List;
import java.util.Locale;
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
    if (max.number() < 1) {
      max.invalid("must be greater than 0");
    }
    if (min.present() && max.number() < min.number()) {
      max.invalid("must be greater than or equal to `minReplicas`");
    }
    reference(spec.child("scaleTargetRef"));
    spec.child("metrics").items().forEach(AutoscalerRules::metric);
    rules(spec.at("behavior", "scaleUp"));
    rules(spec.at("behavior", "scaleDown"));
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
    if (!type.require("must specify a metric source type")) {
      return;
    }
    type.oneOf(TYPES);
    String expected = SOURCES.getOrDefault(type.text(), "");
    if (expected.isEmpty()) {
      return;
    }
    Field source = metric.child(expected);
    if (!source.present()) {
      metric
          .child(expected.toLowerCase(Locale.ROOT))
          .require("must populate information for the given metric source");
      return;
    }
    for (String other : metric.presentOf(TYPES.stream().map(SOURCES::get).toList())) {
      if (!other.equals(expected)) {
        metric.child(other).forbidden("must populate the given metric source only");
      }
    }
    source(type.text(), source);
  }

  private static void source(String type, Field source) {
    if (type.endsWith("Resource")) {
      source.child("name").require("must specify a resource name");
      if (type.equals("ContainerResource")) {
        source.child("container").require("must specify a container");
      }
    } else {
      source.at("metric", "name").require("must specify a metric name");
    }
    if (type.equals("Object")) {
      reference(source.child("describedObject"));
    }
    Field target = source.child("target");
    target.child("type").oneOf(List.of("Utilization", "Value", "AverageValue"));
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
    if (rules.child("selectPolicy").hasText()) {
      rules.child("selectPolicy").oneOf(List.of("Disabled", "Max", "Min"));
    }
    for (Field policy : rules.child("policies").items()) {
      policy.child("type").oneOf(List.of("Percent", "Pods"));
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
