package dev.wherry.model.volume;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.VolumeNodeAffinity;
import dev.wherry.model.placement.NodeSelectors;
import java.util.Map;

/** What is asked of persistent volumes. */
public final class VolumeFacts {
  private VolumeFacts() {}

  /** The volume's class; "" for none. */
  public static String className(PersistentVolume volume) {
    String old = volume.metadata().annotations().get(VolumeAnnotations.CLASS_BETA);
    return old == null ? volume.spec().storageClassName() : old;
  }

  public static Quantity capacity(PersistentVolume volume) {
    Quantity capacity = volume.spec().capacity().get(ClaimFacts.STORAGE);
    return capacity == null ? Quantity.ZERO : capacity;
  }

  /** Whether it is the claim's, or kept for it: then its claimRef has no uid yet. */
  public static boolean isBoundTo(PersistentVolume volume, PersistentVolumeClaim claim) {
    ObjectReference ref = volume.spec().claimRef();
    return ref != null
        && ref.name().equals(claim.metadata().name())
        && ref.namespace().equals(claim.metadata().namespace())
        && (ref.uid().isEmpty() || ref.uid().equals(claim.metadata().uid()));
  }

  /** Whether it has every mode that the claim asks for. */
  public static boolean hasModes(PersistentVolume volume, PersistentVolumeClaim claim) {
    return volume.spec().accessModes().containsAll(claim.spec().accessModes());
  }

  /** Whether both are file systems, or both block devices. */
  public static boolean isSameVolumeMode(PersistentVolume volume, PersistentVolumeClaim claim) {
    return mode(volume.spec().volumeMode()).equals(mode(claim.spec().volumeMode()));
  }

  private static String mode(String text) {
    return text.isEmpty() ? "Filesystem" : text;
  }

  /** Whether a node with these labels reaches it. */
  public static boolean reaches(PersistentVolume volume, Map<String, String> nodeLabels) {
    VolumeNodeAffinity affinity = volume.spec().nodeAffinity();
    if (affinity == null || affinity.required() == null) {
      return true;
    }
    return affinity.required().nodeSelectorTerms().stream()
        .anyMatch(term -> matches(term, nodeLabels));
  }

  /** A term without labels matches nothing; nothing is known here but labels. */
  private static boolean matches(NodeSelectorTerm term, Map<String, String> labels) {
    return !term.matchExpressions().isEmpty()
        && term.matchFields().isEmpty()
        && NodeSelectors.matches(term.matchExpressions(), labels);
  }
}
