package dev.wherry.controllers.daemonset;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.History;
import dev.wherry.controllers.workload.PodFactory;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.model.apps.v1.DaemonSet;
import dev.wherry.model.core.v1.Affinity;
import dev.wherry.model.core.v1.NodeAffinity;
import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.core.v1.Toleration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes a daemon's pods, and tells which node one is for (daemonset_util). Pure. */
final class DaemonPods {
  /** Of pods on one node the first counts: what runs there before what waits, then the oldest. */
  static final Comparator<Pod> FIRST =
      Comparator.comparing((Pod pod) -> pod.spec().nodeName().isEmpty())
          .thenComparing(PodFacts::created)
          .thenComparing(pod -> pod.metadata().name());

  private static final String NAME_FIELD = "metadata.name";
  private static final String GENERATION = "pod-template-generation";
  private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

  private DaemonPods() {}

  /** The template's specification with what every daemon tolerates. */
  static PodSpec spec(DaemonSet set) {
    PodSpec spec = requireNonNullElse(set.spec().template(), PodTemplateSpec.EMPTY).spec();
    List<Toleration> all = new ArrayList<>(spec.tolerations());
    add(all, "node.kubernetes.io/not-ready", "NoExecute");
    add(all, "node.kubernetes.io/unreachable", "NoExecute");
    add(all, "node.kubernetes.io/disk-pressure", "NoSchedule");
    add(all, "node.kubernetes.io/memory-pressure", "NoSchedule");
    add(all, "node.kubernetes.io/pid-pressure", "NoSchedule");
    add(all, "node.kubernetes.io/unschedulable", "NoSchedule");
    if (Boolean.TRUE.equals(spec.hostNetwork())) {
      add(all, "node.kubernetes.io/network-unavailable", "NoSchedule");
    }
    return spec.toBuilder().tolerations(all).build();
  }

  private static void add(List<Toleration> all, String key, String effect) {
    Toleration wanted = Toleration.builder().key(key).operator("Exists").effect(effect).build();
    if (!all.contains(wanted)) {
      all.add(wanted);
    }
  }

  /** A pod that only this node may have. */
  static Pod pod(DaemonSet set, String hash, String node) {
    PodTemplateSpec template = requireNonNullElse(set.spec().template(), PodTemplateSpec.EMPTY);
    Pod plain = PodFactory.ofTemplate(template, set);
    Map<String, String> labels = new TreeMap<>(plain.metadata().labels());
    templateGeneration(set).ifPresent(generation -> labels.put(GENERATION, generation));
    labels.put(History.HASH, hash);
    PodSpec spec = spec(set);
    NodeSelectorTerm here =
        NodeSelectorTerm.builder()
            .matchFields(
                List.of(
                    NodeSelectorRequirement.builder()
                        .key(NAME_FIELD)
                        .operator("In")
                        .values(List.of(node))
                        .build()))
            .build();
    Affinity affinity = requireNonNullElse(spec.affinity(), Affinity.EMPTY);
    NodeAffinity nodes = requireNonNullElse(affinity.nodeAffinity(), NodeAffinity.EMPTY);
    Affinity bound =
        affinity.toBuilder()
            .nodeAffinity(
                nodes.toBuilder()
                    .requiredDuringSchedulingIgnoredDuringExecution(
                        NodeSelector.builder().nodeSelectorTerms(List.of(here)).build())
                    .build())
            .build();
    return plain.toBuilder()
        .metadata(plain.metadata().toBuilder().labels(labels).build())
        .spec(spec.toBuilder().affinity(bound).build())
        .build();
  }

  /** The node that a pod is on or is meant for; "" when that cannot be told. */
  static String node(Pod pod) {
    if (!pod.spec().nodeName().isEmpty()) {
      return pod.spec().nodeName();
    }
    Affinity affinity = requireNonNullElse(pod.spec().affinity(), Affinity.EMPTY);
    NodeAffinity nodes = requireNonNullElse(affinity.nodeAffinity(), NodeAffinity.EMPTY);
    NodeSelector required =
        requireNonNullElse(
            nodes.requiredDuringSchedulingIgnoredDuringExecution(), NodeSelector.EMPTY);
    for (NodeSelectorTerm term : required.nodeSelectorTerms()) {
      for (NodeSelectorRequirement field : term.matchFields()) {
        if (field.key().equals(NAME_FIELD)
            && field.operator().equals("In")
            && field.values().size() == 1) {
          return field.values().getFirst();
        }
      }
    }
    return "";
  }

  static String hash(Pod pod) {
    return pod.metadata().labels().getOrDefault(History.HASH, "");
  }

  /** Whether a pod is of the template as it is now, by its hash or its number. */
  static boolean isNew(DaemonSet set, String hash, Pod pod) {
    String generation = pod.metadata().labels().getOrDefault(GENERATION, "");
    return hash(pod).equals(hash) || templateGeneration(set).filter(generation::equals).isPresent();
  }

  /** The template's number, which older clients go by. */
  private static Optional<String> templateGeneration(DaemonSet set) {
    String text = set.metadata().annotations().getOrDefault(TEMPLATE_GENERATION, "");
    try {
      return Optional.of(Long.toString(Long.parseLong(text)));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
