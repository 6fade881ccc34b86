package dev.wherry.controllers.volume;

import dev.wherry.controllers.Finalizers;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.LocalVolumeSource;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeSelector;
import dev.wherry.model.core.v1.NodeSelectorRequirement;
import dev.wherry.model.core.v1.NodeSelectorTerm;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.PersistentVolumeSpec;
import dev.wherry.model.core.v1.VolumeNodeAffinity;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.ClaimReference;
import dev.wherry.model.volume.LocalPath;
import dev.wherry.model.volume.VolumeAnnotations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the built-in provisioner does with a claim or a volume. Pure. */
final class LocalPathPlan {
  /** Keeps a volume's object until its directory is gone (upstream's external provisioners'). */
  static final String FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer";

  private static final String HOSTNAME = "kubernetes.io/hostname";
  private static final List<String> MODES = List.of("ReadWriteOnce", "ReadWriteOncePod");
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(15);

  private LocalPathPlan() {}

  /** Whether a volume for the claim is ours to make, and still missing. */
  static boolean isWanted(PersistentVolumeClaim claim, Optional<StorageClass> storageClass) {
    return claim.spec().volumeName().isEmpty()
        && claim.metadata().deletionTimestamp() == null
        && LocalPath.PROVISIONER.equals(
            claim.metadata().annotations().get(VolumeAnnotations.PROVISIONER))
        && storageClass.filter(c -> c.provisioner().equals(LocalPath.PROVISIONER)).isPresent();
  }

  static String volumeName(PersistentVolumeClaim claim) {
    return "pvc-" + claim.metadata().uid();
  }

  /**
   * Makes the volume of a claim that is wanted.
   *
   * @param node the one that the scheduler selected, if it is there
   */
  static Plan provision(
      PersistentVolumeClaim claim, StorageClass storageClass, Optional<Node> node) {
    Optional<String> refusal = refusal(claim, storageClass);
    if (refusal.isPresent()) {
      return Plan.of(failed(claim, storageClass, refusal.get()));
    }
    if (ClaimFacts.selectedNode(claim).isEmpty()) {
      return Plan.NOTHING;
    }
    if (node.isEmpty()) {
      return Plan.of(
          new Action.Update<>(PersistentVolumeClaim.KIND, unselected(claim)),
          failed(claim, storageClass, "node \"" + ClaimFacts.selectedNode(claim) + "\" not found"));
    }
    String root = node.get().metadata().annotations().get(LocalPath.ROOT);
    if (root == null) {
      return Plan.of(
              failed(
                  claim,
                  storageClass,
                  "node \"" + node.get().metadata().name() + "\" offers no directory for volumes"))
          .withAgain(LOOK_AGAIN);
    }
    PersistentVolume volume = made(claim, storageClass, node.get(), root);
    return Plan.of(
        new Action.Report(
            References.to(claim),
            EventType.NORMAL,
            "Provisioning",
            "External provisioner is provisioning volume for claim \""
                + ObjectKey.of(claim)
                + "\""),
        new Action.Create<>(PersistentVolume.KIND, volume),
        new Action.Report(
            References.to(claim),
            EventType.NORMAL,
            "ProvisioningSucceeded",
            "Successfully provisioned volume " + volume.metadata().name()));
  }

  private static Optional<String> refusal(PersistentVolumeClaim claim, StorageClass storageClass) {
    if (!MODES.containsAll(claim.spec().accessModes())) {
      return Optional.of("only the access modes ReadWriteOnce and ReadWriteOncePod are supported");
    }
    if (claim.spec().volumeMode().equals("Block")) {
      return Optional.of("block volumes are not supported");
    }
    if (claim.spec().selector() != null) {
      return Optional.of("claim.Spec.Selector is not supported");
    }
    if (claim.spec().dataSource() != null || claim.spec().dataSourceRef() != null) {
      return Optional.of("data sources are not supported");
    }
    return ClaimFacts.isDelayed(Optional.of(storageClass))
        ? Optional.empty()
        : Optional.of(
            "configuration error, no node was specified: volumeBindingMode of the class must be"
                + " WaitForFirstConsumer");
  }

  private static Action failed(PersistentVolumeClaim claim, StorageClass storageClass, String why) {
    return new Action.Report(
        References.to(claim),
        EventType.WARNING,
        "ProvisioningFailed",
        "failed to provision volume with StorageClass \""
            + storageClass.metadata().name()
            + "\": "
            + why);
  }

  /** The scheduler looks for another node. */
  private static PersistentVolumeClaim unselected(PersistentVolumeClaim claim) {
    Map<String, String> notes = new LinkedHashMap<>(claim.metadata().annotations());
    notes.remove(VolumeAnnotations.SELECTED_NODE);
    return claim.toBuilder()
        .metadata(claim.metadata().toBuilder().annotations(notes).build())
        .build();
  }

  private static PersistentVolume made(
      PersistentVolumeClaim claim, StorageClass storageClass, Node node, String root) {
    String name = volumeName(claim);
    String directory =
        LocalPath.directory(name, claim.metadata().namespace(), claim.metadata().name());
    String policy = storageClass.reclaimPolicy();
    PersistentVolumeSpec spec =
        PersistentVolumeSpec.builder()
            .accessModes(claim.spec().accessModes())
            .capacity(Map.of(ClaimFacts.STORAGE, ClaimFacts.request(claim)))
            .claimRef(ClaimReference.to(claim))
            .persistentVolumeReclaimPolicy(policy.isEmpty() ? "Delete" : policy)
            .storageClassName(storageClass.metadata().name())
            .volumeMode("Filesystem")
            .nodeAffinity(affinity(node))
            .local(
                LocalVolumeSource.builder()
                    .path(Path.of(root).resolve(directory).toString())
                    .build())
            .build();
    return PersistentVolume.builder()
        .metadata(
            ObjectMeta.builder()
                .name(name)
                .annotations(
                    Map.of(
                        VolumeAnnotations.PROVISIONED_BY,
                        LocalPath.PROVISIONER,
                        LocalPath.NODE,
                        node.metadata().name()))
                .finalizers(List.of(FINALIZER))
                .build())
        .spec(spec)
        .build();
  }

  private static VolumeNodeAffinity affinity(Node node) {
    String host = node.metadata().labels().getOrDefault(HOSTNAME, node.metadata().name());
    NodeSelectorRequirement here =
        NodeSelectorRequirement.builder()
            .key(HOSTNAME)
            .operator("In")
            .values(List.of(host))
            .build();
    return VolumeNodeAffinity.builder()
        .required(
            NodeSelector.builder()
                .nodeSelectorTerms(
                    List.of(NodeSelectorTerm.builder().matchExpressions(List.of(here)).build()))
                .build())
        .build();
  }

  /** What is to be done about a volume of ours. */
  sealed interface Removal {
    /** It stays as it is. */
    record Keep() implements Removal {}

    /** Its directory goes first, then the rest. */
    record Directory(String node, String directory, Plan then) implements Removal {}

    /** Its object may go; its directory stays. */
    record ObjectOnly(Plan then) implements Removal {}
  }

  /**
   * Whether a volume goes.
   *
   * @param claimed whether its claim is still there and has it
   */
  static Removal removal(PersistentVolume volume, boolean claimed) {
    ObjectMeta meta = volume.metadata();
    boolean going = meta.deletionTimestamp() != null;
    boolean deletes = volume.spec().persistentVolumeReclaimPolicy().equals("Delete");
    boolean released =
        volume.status().phase().equals(VolumePlan.RELEASED)
            || volume.status().phase().equals(VolumePlan.FAILED);
    if (claimed
        || !LocalPath.PROVISIONER.equals(meta.annotations().get(VolumeAnnotations.PROVISIONED_BY))
        || (going && !Finalizers.has(meta, FINALIZER))
        || !(going || (deletes && released))) {
      return new Removal.Keep();
    }
    Plan then = Plan.of(going ? withoutFinalizer(volume) : deletion(volume));
    LocalVolumeSource local = volume.spec().local();
    if (!deletes || local == null) {
      return new Removal.ObjectOnly(then);
    }
    Path name = Path.of(local.path()).getFileName();
    return new Removal.Directory(
        meta.annotations().getOrDefault(LocalPath.NODE, ""),
        name == null ? "" : name.toString(),
        then);
  }

  private static Action withoutFinalizer(PersistentVolume volume) {
    return new Action.Update<>(
        PersistentVolume.KIND,
        volume.toBuilder().metadata(Finalizers.without(volume.metadata(), FINALIZER)).build());
  }

  private static Action deletion(PersistentVolume volume) {
    return new Action.Delete(
        PersistentVolume.KIND,
        "",
        volume.metadata().name(),
        DeleteOptions.ofUid(volume.metadata().uid()));
  }
}
