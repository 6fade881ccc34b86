package dev.wherry.controllers.autoscaling;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.autoscaling.ReplicaCount.Wanted;
import dev.wherry.model.Quantity;
import dev.wherry.model.autoscaling.v2.ContainerResourceMetricSource;
import dev.wherry.model.autoscaling.v2.ContainerResourceMetricStatus;
import dev.wherry.model.autoscaling.v2.CrossVersionObjectReference;
import dev.wherry.model.autoscaling.v2.ExternalMetricSource;
import dev.wherry.model.autoscaling.v2.ExternalMetricStatus;
import dev.wherry.model.autoscaling.v2.MetricIdentifier;
import dev.wherry.model.autoscaling.v2.MetricSpec;
import dev.wherry.model.autoscaling.v2.MetricStatus;
import dev.wherry.model.autoscaling.v2.MetricTarget;
import dev.wherry.model.autoscaling.v2.MetricValueStatus;
import dev.wherry.model.autoscaling.v2.ObjectMetricSource;
import dev.wherry.model.autoscaling.v2.ObjectMetricStatus;
import dev.wherry.model.autoscaling.v2.PodsMetricSource;
import dev.wherry.model.autoscaling.v2.PodsMetricStatus;
import dev.wherry.model.autoscaling.v2.ResourceMetricSource;
import dev.wherry.model.autoscaling.v2.ResourceMetricStatus;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.selector.Labels;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What each metric of an autoscaler asks for (kube-controller-manager podautoscaler
 * computeReplicasForMetric).
 *
 * @param namespace of the autoscaler
 * @param selector of the scale's pods
 * @param scale what is scaled
 * @param count what is known of the pods
 * @param plurals the resource of a kind, as custom metrics name it
 */
record Proposals(
    MetricSources sources,
    String namespace,
    Labels selector,
    Scale scale,
    ReplicaCount count,
    Function<CrossVersionObjectReference, String> plurals) {
  private static final long MILLI = 1_000;
  private static final String NO_VALUE =
      "neither a value target nor an average value target was set";

  Proposal of(MetricSpec spec) {
    String type = spec.type();
    try {
      if (type.equals("Resource") && spec.resource() != null) {
        return resource(spec.resource());
      }
      if (type.equals("ContainerResource") && spec.containerResource() != null) {
        return container(spec.containerResource());
      }
      if (type.equals("Pods") && spec.pods() != null) {
        return pods(spec.pods());
      }
      if (type.equals("Object") && spec.object() != null) {
        return object(spec.object());
      }
      if (type.equals("External") && spec.external() != null) {
        return external(spec.external());
      }
    } catch (MetricException e) {
      return failed(spec, e.text());
    }
    String message = "unknown metric source type \"" + type + "\"";
    return new Proposal.Failed(type, "InvalidMetricSourceType", message, message);
  }

  private static Proposal.Failed failed(MetricSpec spec, String why) {
    String what =
        switch (spec.type()) {
          case "Resource" ->
              (spec.resource() == null ? "" : spec.resource().name()) + " resource metric value";
          case "ContainerResource" ->
              (spec.containerResource() == null ? "" : spec.containerResource().container())
                  + " container metric value";
          case "Pods" -> "pods metric value";
          case "Object" -> "object metric value";
          default ->
              (spec.external() == null ? "" : identifier(spec.external().metric()).name())
                  + " external metric value";
        };
    return new Proposal.Failed(
        spec.type(),
        "FailedGet" + spec.type() + "Metric",
        why,
        "failed to get " + what + ": " + why);
  }

  private Proposal resource(ResourceMetricSource source) throws MetricException {
    Of of = of(source.name(), "", target(source.target()));
    MetricStatus status =
        MetricStatus.builder()
            .type("Resource")
            .resource(
                ResourceMetricStatus.builder().name(source.name()).current(of.current()).build())
            .build();
    return new Proposal.Replicas(of.wanted().replicas(), of.metric(), status);
  }

  private Proposal container(ContainerResourceMetricSource source) throws MetricException {
    Of of = of(source.name(), source.container(), target(source.target()));
    MetricStatus status =
        MetricStatus.builder()
            .type("ContainerResource")
            .containerResource(
                ContainerResourceMetricStatus.builder()
                    .name(source.name())
                    .container(source.container())
                    .current(of.current())
                    .build())
            .build();
    return new Proposal.Replicas(of.wanted().replicas(), of.metric(), status);
  }

  /** A resource's outcome, whether of pods or of one container in each. */
  private record Of(Wanted wanted, String metric, MetricValueStatus current) {}

  private Of of(String resource, String container, MetricTarget target) throws MetricException {
    Quantity average = target.averageValue();
    Integer percent = target.averageUtilization();
    if (average == null && percent == null) {
      throw new MetricException(
          "invalid resource metric source: neither an average utilization target nor an average"
              + " value (usage) target was set");
    }
    try {
      Map<String, Sample> samples = samples(resource, container);
      if (average != null) {
        Wanted wanted = count.byAverage(samples, resource, average.milliValue());
        return new Of(
            wanted,
            resource + " resource",
            MetricValueStatus.builder().averageValue(use(resource, wanted.milli())).build());
      }
      Wanted wanted =
          count.byUtilization(samples, resource, container, requireNonNullElse(percent, 1));
      return new Of(
          wanted,
          resource
              + (container.isEmpty() ? "" : " container")
              + " resource utilization (percentage of request)",
          MetricValueStatus.builder()
              .averageUtilization(wanted.percent())
              .averageValue(use(resource, wanted.milli()))
              .build());
    } catch (MetricException e) {
      throw new MetricException(
          "failed to get "
              + resource
              + (average == null ? " utilization: " : " usage: ")
              + e.text());
    }
  }

  private Map<String, Sample> samples(String resource, String container) throws MetricException {
    try {
      return sources.resource(namespace, selector, resource, container);
    } catch (MetricException e) {
      throw new MetricException("unable to get metrics for resource " + resource + ": " + e.text());
    }
  }

  private Proposal pods(PodsMetricSource source) throws MetricException {
    MetricIdentifier metric = identifier(source.metric());
    Map<String, Sample> samples;
    try {
      samples = sources.ofPods(namespace, selector, metric.name(), selectorOf(metric.selector()));
    } catch (MetricException e) {
      throw new MetricException("unable to get metric " + metric.name() + ": " + e.text());
    }
    Wanted wanted = count.byAverage(samples, "", milli(target(source.target()).averageValue()));
    MetricStatus status =
        MetricStatus.builder()
            .type("Pods")
            .pods(
                PodsMetricStatus.builder()
                    .metric(metric)
                    .current(averageOf(wanted.milli()))
                    .build())
            .build();
    return new Proposal.Replicas(wanted.replicas(), "pods metric " + metric.name(), status);
  }

  private Proposal object(ObjectMetricSource source) throws MetricException {
    MetricIdentifier metric = identifier(source.metric());
    MetricTarget target = target(source.target());
    CrossVersionObjectReference object =
        requireNonNullElse(source.describedObject(), CrossVersionObjectReference.builder().build());
    boolean whole = target.type().equals("Value") && target.value() != null;
    if (!whole && target.averageValue() == null) {
      throw new MetricException("invalid object metric source: " + NO_VALUE);
    }
    long value;
    try {
      value =
          sources.ofObject(
              namespace,
              object,
              plurals.apply(object),
              metric.name(),
              selectorOf(metric.selector()));
    } catch (MetricException e) {
      throw new MetricException(
          (whole ? "" : "failed to get " + metric.name() + " object metric: ")
              + "unable to get metric "
              + metric.name()
              + ": "
              + e.text()
              + " on "
              + object.kind()
              + " "
              + namespace
              + "/"
              + object.name());
    }
    Wanted wanted =
        whole
            ? count.byValue(value, milli(target.value()))
            : count.byShare(value, milli(target.averageValue()), scale.present());
    MetricStatus status =
        MetricStatus.builder()
            .type("Object")
            .object(
                ObjectMetricStatus.builder()
                    .describedObject(object)
                    .metric(metric)
                    .current(whole ? valueOf(wanted.milli()) : averageOf(wanted.milli()))
                    .build())
            .build();
    String name =
        whole
            ? object.kind() + " metric " + metric.name()
            : "external metric " + metric.name() + "(" + go(metric.selector()) + ")";
    return new Proposal.Replicas(wanted.replicas(), name, status);
  }

  private Proposal external(ExternalMetricSource source) throws MetricException {
    MetricIdentifier metric = identifier(source.metric());
    MetricTarget target = target(source.target());
    boolean each = target.averageValue() != null;
    if (!each && target.value() == null) {
      throw new MetricException("invalid external metric source: " + NO_VALUE);
    }
    long value;
    try {
      value =
          sources.external(
              namespace, metric.name(), selectorOf(metric.selector()).orElse(Labels.EVERYTHING));
    } catch (MetricException e) {
      throw new MetricException(
          (each
                  ? "failed to get " + metric.name() + " external metric: "
                  : "failed to get external metric " + metric.name() + ": ")
              + "unable to get external metric "
              + namespace
              + "/"
              + metric.name()
              + "/"
              + go(metric.selector())
              + ": "
              + e.text());
    }
    Wanted wanted =
        each
            ? count.byShare(value, milli(target.averageValue()), scale.present())
            : count.byValue(value, milli(target.value()));
    MetricStatus status =
        MetricStatus.builder()
            .type("External")
            .external(
                ExternalMetricStatus.builder()
                    .metric(metric)
                    .current(each ? averageOf(wanted.milli()) : valueOf(wanted.milli()))
                    .build())
            .build();
    return new Proposal.Replicas(
        wanted.replicas(),
        "external metric " + metric.name() + "(" + go(metric.selector()) + ")",
        status);
  }

  private static MetricTarget target(@Nullable MetricTarget target) {
    return requireNonNullElse(target, MetricTarget.EMPTY);
  }

  private static MetricIdentifier identifier(@Nullable MetricIdentifier metric) {
    return requireNonNullElse(metric, MetricIdentifier.EMPTY);
  }

  private static Optional<Labels> selectorOf(@Nullable LabelSelector selector) {
    return Optional.ofNullable(selector).map(some -> Labels.of(Optional.of(some)));
  }

  /** A target of nothing would ask for endless replicas; the smallest there is stands for it. */
  private static long milli(@Nullable Quantity quantity) {
    return quantity == null ? 1 : Math.max(1, quantity.milliValue());
  }

  /** Memory is said as metrics-server says it, unless that would lose a part of a byte. */
  private static Quantity use(String resource, long milli) {
    return resource.equals("memory") && milli % MILLI == 0
        ? Quantity.ofBytes(milli / MILLI)
        : Quantity.ofMilli(milli);
  }

  private static MetricValueStatus averageOf(long milli) {
    return MetricValueStatus.builder().averageValue(Quantity.ofMilli(milli)).build();
  }

  private static MetricValueStatus valueOf(long milli) {
    return MetricValueStatus.builder().value(Quantity.ofMilli(milli)).build();
  }

  /** As Go prints a selector, for users who look for upstream's words. */
  private static String go(@Nullable LabelSelector selector) {
    if (selector == null) {
      return "nil";
    }
    StringBuilder labels = new StringBuilder();
    selector
        .matchLabels()
        .forEach((key, value) -> labels.append(key).append(": ").append(value).append(','));
    StringBuilder expressions = new StringBuilder();
    selector
        .matchExpressions()
        .forEach(e ->
            expressions
                .append("LabelSelectorRequirement{Key:")
                .append(e.key())
                .append(",Operator:")
                .append(e.operator())
                .append(",Values:[")
                .append(String.join(" ", e.values()))
                .append("],},"));
    return "&LabelSelector{MatchLabels:map[string]string{"
        + labels
        + "},MatchExpressions:[]LabelSelectorRequirement{"
        + expressions
        + "},}";
  }
}
