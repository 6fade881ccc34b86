package dev.wherry.bench.scheduling;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodAffinity;
import dev.wherry.model.core.v1.PodAffinityTerm;
import dev.wherry.model.core.v1.PodAntiAffinity;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.core.v1.TopologySpreadConstraint;
import dev.wherry.model.core.v1.WeightedPodAffinityTerm;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The workloads and proportions of upstream's scheduler_perf; sizes follow from the number of
 * nodes, 5,000 in its published runs.
 */
final class Workloads {
  static final String FIRST_NAMESPACE = "sched-0";
  static final String MEASURED_NAMESPACE = "sched-1";

  /** The class of the preempting pods; value {@link #HIGH_PRIORITY}. */
  static final String HIGH_CLASS = "bench-high";

  static final int HIGH_PRIORITY = 10;

  private static final String ZONE = "topology.kubernetes.io/zone";
  private static final String HOST = "kubernetes.io/hostname";

  private Workloads() {}

  static List<Workload> all(int nodes) {
    return List.of(
        basic(nodes),
        affinity(nodes),
        preferredAffinity(nodes),
        antiAffinity(nodes),
        spreading(nodes),
        preferredSpreading(nodes),
        preemption(nodes),
        unschedulable(nodes));
  }

  private static Workload basic(int nodes) {
    return settled(
        "basic", 680, nodes, zones(1), nodes / 5, Workloads::plain, 2 * nodes, Workloads::plain);
  }

  private static Workload affinity(int nodes) {
    return settled(
        "affinity", 35, nodes, zones(1), nodes, coloured(near()), nodes, coloured(near()));
  }

  private static Workload preferredAffinity(int nodes) {
    return settled(
        "preferred-affinity",
        90,
        nodes,
        zones(1),
        nodes,
        coloured(likes()),
        nodes,
        coloured(likes()));
  }

  private static Workload antiAffinity(int nodes) {
    return settled(
        "anti-affinity",
        60,
        nodes,
        zones(1),
        nodes / 5,
        coloured(far()),
        2 * nodes / 5,
        coloured(far()));
  }

  private static Workload spreading(int nodes) {
    return settled(
        "spreading",
        460,
        nodes,
        zones(3),
        nodes,
        Workloads::plain,
        nodes,
        spread(5, "DoNotSchedule"));
  }

  private static Workload preferredSpreading(int nodes) {
    return settled(
        "preferred-spreading",
        0,
        nodes,
        zones(3),
        nodes,
        Workloads::plain,
        nodes,
        spread(5, "ScheduleAnyway"));
  }

  /** Four pods fill each of the nodes; a more important one needs the room of three. */
  private static Workload preemption(int nodes) {
    IntFunction<Pod> low =
        i ->
            pod(
                "first-" + i,
                FIRST_NAMESPACE,
                PodSpec.builder().terminationGracePeriodSeconds(0L),
                asking("900m"));
    IntFunction<Pod> high =
        i ->
            pod(
                "measured-" + i,
                MEASURED_NAMESPACE,
                PodSpec.builder().priorityClassName(HIGH_CLASS).priority(HIGH_PRIORITY),
                asking("3"));
    return settled("preemption", 570, nodes, zones(1), 4 * nodes, low, nodes, high);
  }

  /** Pods that fit nowhere are tried again and again beside the others. */
  private static Workload unschedulable(int nodes) {
    IntFunction<Pod> large =
        i -> pod("first-" + i, FIRST_NAMESPACE, PodSpec.builder(), asking("9"));
    return new Workload(
        "unschedulable",
        0,
        nodes,
        zones(1),
        nodes / 25,
        large,
        false,
        2 * nodes,
        second(Workloads::plain));
  }

  private static Workload settled(
      String name,
      int floor,
      int nodes,
      IntFunction<Node> node,
      int firstPods,
      IntFunction<Pod> first,
      int measuredPods,
      IntFunction<Pod> measured) {
    return new Workload(
        name, floor, nodes, node, firstPods, first, true, measuredPods, second(measured));
  }

  /** The same pods under other names, in the other namespace. */
  private static IntFunction<Pod> second(IntFunction<Pod> pods) {
    return i -> {
      Pod pod = pods.apply(i);
      ObjectMeta meta =
          pod.metadata().toBuilder().name("measured-" + i).namespace(MEASURED_NAMESPACE).build();
      return pod.toBuilder().metadata(meta).build();
    };
  }

  private static IntFunction<Node> zones(int zones) {
    Map<String, Quantity> size =
        Map.of(
            "cpu", Quantity.parse("4"),
            "memory", Quantity.parse("32Gi"),
            "pods", Quantity.parse("110"));
    return i -> {
      String name = "node-" + i;
      Map<String, String> labels = Map.of(HOST, name, ZONE, "zone-" + i % zones);
      return Node.builder()
          .metadata(ObjectMeta.builder().name(name).labels(labels).build())
          .status(NodeStatus.builder().capacity(size).allocatable(size).build())
          .build();
    };
  }

  private static Pod plain(int i) {
    return pod("first-" + i, FIRST_NAMESPACE, PodSpec.builder(), asking("100m"));
  }

  private static IntFunction<Pod> coloured(Affinity affinity) {
    return i ->
        pod("first-" + i, FIRST_NAMESPACE, PodSpec.builder().affinity(affinity), asking("100m"));
  }

  private static Affinity near() {
    return Affinity.builder()
        .podAffinity(
            PodAffinity.builder()
                .requiredDuringSchedulingIgnoredDuringExecution(List.of(term(ZONE)))
                .build())
        .build();
  }

  private static Affinity likes() {
    WeightedPodAffinityTerm soft =
        WeightedPodAffinityTerm.builder().weight(1).podAffinityTerm(term(HOST)).build();
    return Affinity.builder()
        .podAffinity(
            PodAffinity.builder()
                .preferredDuringSchedulingIgnoredDuringExecution(List.of(soft))
                .build())
        .build();
  }

  private static Affinity far() {
    return Affinity.builder()
        .podAntiAffinity(
            PodAntiAffinity.builder()
                .requiredDuringSchedulingIgnoredDuringExecution(List.of(term(HOST)))
                .build())
        .build();
  }

  private static PodAffinityTerm term(String topologyKey) {
    return PodAffinityTerm.builder()
        .labelSelector(blue())
        .namespaces(List.of(FIRST_NAMESPACE, MEASURED_NAMESPACE))
        .topologyKey(topologyKey)
        .build();
  }

  private static LabelSelector blue() {
    return LabelSelector.builder().matchLabels(Map.of("color", "blue")).build();
  }

  private static IntFunction<Pod> spread(int skew, String otherwise) {
    TopologySpreadConstraint constraint =
        TopologySpreadConstraint.builder()
            .maxSkew(skew)
            .topologyKey(ZONE)
            .whenUnsatisfiable(otherwise)
            .labelSelector(blue())
            .build();
    return i ->
        pod(
            "first-" + i,
            FIRST_NAMESPACE,
            PodSpec.builder().topologySpreadConstraints(List.of(constraint)),
            asking("100m"));
  }

  private static ResourceRequirements asking(String cpu) {
    return ResourceRequirements.builder()
        .requests(Map.of("cpu", Quantity.parse(cpu), "memory", Quantity.parse("500Mi")))
        .build();
  }

  private static Pod pod(
      String name, String namespace, PodSpec.Builder spec, ResourceRequirements asked) {
    Container container =
        Container.builder()
            .name("pause")
            .image("registry.example.com/team/pause:3.10")
            .resources(asked)
            .build();
    return Pod.builder()
        .metadata(
            ObjectMeta.builder()
                .name(name)
                .namespace(namespace)
                .labels(Map.of("color", "blue"))
                .build())
        .spec(spec.containers(List.of(container)).build())
        .build();
  }
}
