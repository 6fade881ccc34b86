package dev.wherry.scheduler.plugins;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.TopologySelectorLabelRequirement;
import dev.wherry.model.core.v1.TopologySelectorTerm;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.VolumeFacts;
import dev.wherry.model.volume.VolumeMatch;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.Storage;
import dev.wherry.scheduler.view.VolumeChoice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pod's claims, sorted by what they need of a node.
 *
 * @param bound have a volume
 * @param delayed wait for this pod, smallest first
 */
record PodVolumes(
    Storage storage, List<PersistentVolumeClaim> bound, List<PersistentVolumeClaim> delayed) {
  PodVolumes {
    bound = List.copyOf(bound);
    delayed = delayed.stream().sorted(Comparator.comparing(ClaimFacts::request)).toList();
  }

  /** What a node offers the claims. */
  sealed interface Offer {
    /** A claim's volume does not exist. */
    record NoVolume() implements Offer {}

    /** The node does not reach a claim's volume. */
    record OutOfReach() implements Offer {}

    /** No volume is there for a claim, and none can be made. */
    record NothingFree() implements Offer {}

    /** All claims are served. */
    record Served(VolumeChoice choice) implements Offer {}
  }

  Offer on(NodeView node) {
    for (PersistentVolumeClaim claim : bound) {
      Optional<PersistentVolume> volume = storage.volume(claim.spec().volumeName());
      if (volume.isEmpty()) {
        return new Offer.NoVolume();
      }
      if (!VolumeFacts.reaches(volume.get(), node.labels())) {
        return new Offer.OutOfReach();
      }
    }
    return choose(node);
  }

  private Offer choose(NodeView node) {
    List<VolumeChoice.Match> matches = new ArrayList<>();
    List<PersistentVolumeClaim> provisioned = new ArrayList<>();
    Set<String> taken = new HashSet<>(storage.taken());
    for (PersistentVolumeClaim claim : delayed) {
      String selected = storage.selectedNode(claim);
      Optional<PersistentVolume> match =
          selected.isEmpty()
              ? VolumeMatch.forNode(
                  claim, storage.volumesOf(ClaimFacts.className(claim)), node.labels(), taken)
              : Optional.empty();
      if (match.isPresent()) {
        taken.add(match.get().metadata().name());
        matches.add(new VolumeChoice.Match(claim, match.get()));
      } else if ((selected.isEmpty() || selected.equals(node.name())) && isMadeFor(claim, node)) {
        provisioned.add(claim);
      } else {
        return new Offer.NothingFree();
      }
    }
    return new Offer.Served(new VolumeChoice(matches, provisioned));
  }

  private boolean isMadeFor(PersistentVolumeClaim claim, NodeView node) {
    return storage
        .storageClass(ClaimFacts.className(claim))
        .filter(c -> !c.provisioner().isEmpty())
        .filter(c -> !c.provisioner().equals(ClaimFacts.NO_PROVISIONER))
        .filter(c -> isAllowed(c, node.labels()))
        .isPresent();
  }

  private static boolean isAllowed(StorageClass storageClass, Map<String, String> labels) {
    List<TopologySelectorTerm> terms = storageClass.allowedTopologies();
    return terms.isEmpty() || terms.stream().anyMatch(term -> matches(term, labels));
  }

  private static boolean matches(TopologySelectorTerm term, Map<String, String> labels) {
    for (TopologySelectorLabelRequirement one : term.matchLabelExpressions()) {
      String value = labels.get(one.key());
      if (value == null || !one.values().contains(value)) {
        return false;
      }
    }
    return !term.matchLabelExpressions().isEmpty();
  }
}
