package dev.wherry.controllers.statefulset;

import static java.util.Objects.requireNonNullElse;

import dev.wherry.controllers.workload.History;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.controllers.workload.PodFactory;
import dev.wherry.model.apps.v1.ControllerRevision;
import dev.wherry.model.apps.v1.StatefulSet;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.PersistentVolumeClaimVolumeSource;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A pod's name, host name and claims (stateful_set_utils). Pure. */
final class Identity {
  static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
  static final String POD_INDEX = "apps.kubernetes.io/pod-index";

  private Identity() {}

  static String podName(StatefulSet set, int ordinal) {
    return set.metadata().name() + "-" + ordinal;
  }

  private static String claimName(StatefulSet set, PersistentVolumeClaim template, int ordinal) {
    return template.metadata().name() + "-" + podName(set, ordinal);
  }

  /** The pod of an ordinal at a revision. */
  static Pod pod(StatefulSet set, ControllerRevision revision, int ordinal) {
    Pod plain = PodFactory.ofTemplate(History.template(revision), set);
    String name = podName(set, ordinal);
    Map<String, String> labels = new TreeMap<>(plain.metadata().labels());
    labels.put(POD_NAME, name);
    labels.put(POD_INDEX, Integer.toString(ordinal));
    labels.put(History.HASH, revision.metadata().name());
    ObjectMeta meta =
        plain.metadata().toBuilder().name(name).generateName("").labels(labels).build();
    PodSpec spec =
        plain.spec().toBuilder()
            .hostname(name)
            .subdomain(set.spec().serviceName())
            .volumes(volumes(set, plain.spec().volumes(), ordinal))
            .build();
    return plain.toBuilder().metadata(meta).spec(spec).build();
  }

  private static List<Volume> volumes(StatefulSet set, List<Volume> own, int ordinal) {
    List<Volume> all = new ArrayList<>();
    List<String> claimed = new ArrayList<>();
    for (PersistentVolumeClaim template : set.spec().volumeClaimTemplates()) {
      claimed.add(template.metadata().name());
      all.add(
          Volume.builder()
              .name(template.metadata().name())
              .persistentVolumeClaim(
                  PersistentVolumeClaimVolumeSource.builder()
                      .claimName(claimName(set, template, ordinal))
                      .build())
              .build());
    }
    own.stream().filter(v -> !claimed.contains(v.name())).forEach(all::add);
    return all;
  }

  /** The claims of an ordinal as they are to be made. */
  static List<PersistentVolumeClaim> claims(StatefulSet set, SetFacts facts, int ordinal) {
    LabelSelector selector = requireNonNullElse(set.spec().selector(), LabelSelector.EMPTY);
    List<PersistentVolumeClaim> all = new ArrayList<>();
    for (PersistentVolumeClaim template : set.spec().volumeClaimTemplates()) {
      Map<String, String> labels = new TreeMap<>(template.metadata().labels());
      labels.putAll(selector.matchLabels());
      ObjectMeta meta =
          ObjectMeta.builder()
              .namespace(set.metadata().namespace())
              .name(claimName(set, template, ordinal))
              .labels(labels)
              .annotations(template.metadata().annotations())
              .ownerReferences(facts.deleteWithSet() ? List.of(Owners.reference(set)) : List.of())
              .build();
      all.add(PersistentVolumeClaim.builder().metadata(meta).spec(template.spec()).build());
    }
    return all;
  }

  /**
   * The claim with the owners that the retention policy wants.
   *
   * @param condemned whether the set has no place for the pod any more
   */
  static PersistentVolumeClaim retained(
      PersistentVolumeClaim claim, StatefulSet set, SetFacts facts, Pod pod, boolean condemned) {
    List<OwnerReference> found = claim.metadata().ownerReferences();
    List<OwnerReference> owners = new ClaimOwners(set, facts, pod).of(found, condemned);
    ObjectMeta meta = claim.metadata().toBuilder().ownerReferences(owners).build();
    return claim.toBuilder().metadata(meta).build();
  }

  /** The pod with its labels as they should be. */
  static Pod corrected(StatefulSet set, Pod pod, int ordinal) {
    Map<String, String> labels = new TreeMap<>(pod.metadata().labels());
    labels.put(POD_NAME, pod.metadata().name());
    labels.put(POD_INDEX, Integer.toString(ordinal));
    return labels.equals(pod.metadata().labels())
        ? pod
        : pod.toBuilder().metadata(pod.metadata().toBuilder().labels(labels).build()).build();
  }
}
