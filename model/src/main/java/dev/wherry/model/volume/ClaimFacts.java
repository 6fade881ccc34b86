package dev.wherry.model.volume;

import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.VolumeResourceRequirements;
import dev.wherry.model.storage.v1.StorageClass;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is asked of claims and classes. */
public final class ClaimFacts {
  /** The resource that claims ask for. */
  public static final String STORAGE = "storage";

  /** A class of this provisioner has only volumes that somebody made by hand. */
  public static final String NO_PROVISIONER = "kubernetes.io/no-provisioner";

  private static final String WAITS = "WaitForFirstConsumer";

  private ClaimFacts() {}

  /** The claim's class; "" for none. */
  public static String className(PersistentVolumeClaim claim) {
    String old = claim.metadata().annotations().get(VolumeAnnotations.CLASS_BETA);
    if (old != null) {
      return old;
    }
    String named = claim.spec().storageClassName();
    return named == null ? "" : named;
  }

  /** Whether it leaves its class open; one that asks for no class does not. */
  public static boolean leavesClassOpen(PersistentVolumeClaim claim) {
    return claim.spec().storageClassName() == null
        && !claim.metadata().annotations().containsKey(VolumeAnnotations.CLASS_BETA);
  }

  /** How much it asks for; zero when it does not say. */
  public static Quantity request(PersistentVolumeClaim claim) {
    VolumeResourceRequirements resources = claim.spec().resources();
    Quantity asked = resources == null ? null : resources.requests().get(STORAGE);
    return asked == null ? Quantity.ZERO : asked;
  }

  /** The binder has finished with it at least once. */
  public static boolean isBindCompleted(PersistentVolumeClaim claim) {
    return claim.metadata().annotations().containsKey(VolumeAnnotations.BIND_COMPLETED);
  }

  /** It has a volume, and the binder has finished. */
  public static boolean isFullyBound(PersistentVolumeClaim claim) {
    return !claim.spec().volumeName().isEmpty() && isBindCompleted(claim);
  }

  /** The node for which its volume is to be made; "" while there is none. */
  public static String selectedNode(PersistentVolumeClaim claim) {
    return claim.metadata().annotations().getOrDefault(VolumeAnnotations.SELECTED_NODE, "");
  }

  /** Whether claims of the class wait for a pod that uses them. */
  public static boolean isDelayed(Optional<StorageClass> storageClass) {
    return storageClass.map(c -> c.volumeBindingMode().equals(WAITS)).orElse(false);
  }

  /** The class for claims that leave theirs open: of several default ones the newest. */
  public static Optional<StorageClass> defaultClass(List<StorageClass> classes) {
    return classes.stream()
        .filter(ClaimFacts::isDefault)
        .max(
            Comparator.comparing(
                    (StorageClass c) -> String.valueOf(c.metadata().creationTimestamp()))
                .thenComparing(c -> c.metadata().name(), Comparator.reverseOrder()));
  }

  private static boolean isDefault(StorageClass storageClass) {
    Map<String, String> notes = storageClass.metadata().annotations();
    return "true".equals(notes.get(VolumeAnnotations.DEFAULT_CLASS))
        || "true".equals(notes.get(VolumeAnnotations.DEFAULT_CLASS_BETA));
  }
}
