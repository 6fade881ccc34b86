package dev.wherry.controllers.volume;

import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.ClaimReference;
import dev.wherry.model.volume.VolumeAnnotations;
import dev.wherry.model.volume.VolumeFacts;
import dev.wherry.model.volume.VolumeMatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a claim needs next (persistentvolume controller, syncClaim). Binding takes two steps: both
 * objects are made to name each other, volume first; what is seen then brings their phases. Pure.
 */
final class ClaimPlan {
  static final String PENDING = "Pending";
  static final String BOUND = "Bound";
  static final String LOST = "Lost";
  private static final String IN_TREE = "kubernetes.io/";

  private final PersistentVolumeClaim claim;
  private final VolumeViews storage;
  private final Instant now;
  private final List<Action> actions = new ArrayList<>();

  private ClaimPlan(PersistentVolumeClaim claim, VolumeViews storage, Instant now) {
    this.claim = claim;
    this.storage = storage;
    this.now = now;
  }

  static Plan of(PersistentVolumeClaim claim, VolumeViews storage, Instant now) {
    ClaimPlan plan = new ClaimPlan(claim, storage, now);
    if (ClaimFacts.isBindCompleted(claim)) {
      plan.bound();
    } else if (claim.spec().volumeName().isEmpty()) {
      plan.looking();
    } else {
      plan.asking(claim.spec().volumeName());
    }
    return Plan.of(plan.actions);
  }

  /** It leaves the choice of its volume open. */
  private void looking() {
    Optional<StorageClass> storageClass = storage.storageClass(ClaimFacts.className(claim));
    boolean delayed = ClaimFacts.isDelayed(storageClass);
    Optional<PersistentVolume> found =
        VolumeMatch.forBinder(claim, storage.candidates(claim), delayed);
    if (found.isPresent()) {
      bind(found.get());
      return;
    }
    Optional<StorageClass> standard = ClaimFacts.defaultClass(storage.classes());
    if (ClaimFacts.leavesClassOpen(claim) && standard.isPresent()) {
      String name = standard.get().metadata().name();
      actions.add(
          new Action.Update<>(
              PersistentVolumeClaim.KIND,
              claim.toBuilder()
                  .spec(claim.spec().toBuilder().storageClassName(name).build())
                  .build()));
      return;
    }
    if (delayed && ClaimFacts.selectedNode(claim).isEmpty()) {
      waitsForPod();
    } else if (!ClaimFacts.className(claim).isEmpty()) {
      provision(storageClass);
      return;
    } else {
      report(
          EventType.NORMAL,
          "FailedBinding",
          "no persistent volumes available for this claim and no storage class is set");
    }
    phase(PENDING, Optional.empty());
  }

  private void waitsForPod() {
    List<String> users = storage.users(claim);
    switch (users.size()) {
      case 0 ->
          report(
              EventType.NORMAL,
              "WaitForFirstConsumer",
              "waiting for first consumer to be created before binding");
      case 1 ->
          report(
              EventType.NORMAL,
              "WaitForPodScheduled",
              "waiting for pod " + users.getFirst() + " to be scheduled");
      default ->
          report(
              EventType.NORMAL,
              "WaitForPodScheduled",
              "waiting for pods " + String.join(",", users) + " to be scheduled");
    }
  }

  /** Whoever makes volumes of the class is told by an annotation. */
  private void provision(Optional<StorageClass> storageClass) {
    if (claim.metadata().deletionTimestamp() != null) {
      return;
    }
    if (storageClass.isEmpty()) {
      report(
          EventType.WARNING,
          "ProvisioningFailed",
          "storageclass.storage.k8s.io \"" + ClaimFacts.className(claim) + "\" not found");
      return;
    }
    String provisioner = storageClass.get().provisioner();
    if (provisioner.startsWith(IN_TREE)) {
      report(
          EventType.WARNING, "ProvisioningFailed", "no volume plugin matched name: " + provisioner);
      return;
    }
    ObjectMeta meta = Binding.with(claim.metadata(), VolumeAnnotations.PROVISIONER, provisioner);
    meta = Binding.with(meta, VolumeAnnotations.PROVISIONER_BETA, provisioner);
    if (!meta.equals(claim.metadata())) {
      actions.add(
          new Action.Update<>(
              PersistentVolumeClaim.KIND, claim.toBuilder().metadata(meta).build()));
    }
    report(
        EventType.NORMAL,
        "ExternalProvisioning",
        "Waiting for a volume to be created either by the external provisioner '"
            + provisioner
            + "' or manually by the system administrator. If volume creation is delayed, please"
            + " verify that the provisioner is running and correctly registered.");
  }

  /** A user chose its volume. */
  private void asking(String name) {
    Optional<PersistentVolume> found = storage.volume(name);
    if (found.isEmpty()) {
      phase(PENDING, Optional.empty());
      return;
    }
    PersistentVolume volume = found.get();
    if (volume.spec().claimRef() == null) {
      Optional<String> mismatch = mismatch(volume);
      if (mismatch.isPresent()) {
        report(
            EventType.WARNING,
            "VolumeMismatch",
            "Cannot bind to requested volume \"" + name + "\": " + mismatch.get());
        phase(PENDING, Optional.empty());
      } else {
        bind(volume);
      }
    } else if (VolumeFacts.isBoundTo(volume, claim)) {
      bind(volume);
    } else {
      report(
          EventType.WARNING,
          "FailedBinding",
          "volume \"" + name + "\" already bound to a different claim.");
      phase(PENDING, Optional.empty());
    }
  }

  private Optional<String> mismatch(PersistentVolume volume) {
    if (VolumeFacts.capacity(volume).compareTo(ClaimFacts.request(claim)) < 0) {
      return Optional.of("requested PV is too small");
    }
    if (!VolumeFacts.className(volume).equals(ClaimFacts.className(claim))) {
      return Optional.of("storageClassName does not match");
    }
    if (!VolumeFacts.isSameVolumeMode(volume, claim)) {
      return Optional.of("incompatible volumeMode");
    }
    return VolumeFacts.hasModes(volume, claim)
        ? Optional.empty()
        : Optional.of("incompatible accessMode");
  }

  /** It had a volume; has it still? */
  private void bound() {
    String name = claim.spec().volumeName();
    if (name.isEmpty()) {
      lost(
          "ClaimLost",
          "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
      return;
    }
    Optional<PersistentVolume> volume = storage.volume(name);
    if (volume.isEmpty()) {
      lost("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
      return;
    }
    if (volume.get().spec().claimRef() == null || VolumeFacts.isBoundTo(volume.get(), claim)) {
      bind(volume.get());
    } else {
      lost(
          "ClaimMisbound",
          "Two claims are bound to the same volume, this one is bound incorrectly");
    }
  }

  private void lost(String reason, String message) {
    if (!claim.status().phase().equals(LOST)) {
      phase(LOST, Optional.empty());
      report(EventType.WARNING, reason, message);
    }
  }

  private void bind(PersistentVolume volume) {
    PersistentVolume boundVolume = ClaimReference.put(volume, claim);
    PersistentVolumeClaim boundClaim = Binding.claim(claim, volume);
    if (!boundVolume.equals(volume)) {
      actions.add(new Action.Update<>(PersistentVolume.KIND, boundVolume));
    }
    if (!boundClaim.equals(claim)) {
      actions.add(new Action.Update<>(PersistentVolumeClaim.KIND, boundClaim));
    }
    if (actions.isEmpty()) {
      if (!volume.status().phase().equals(VolumePlan.BOUND)) {
        actions.add(
            new Action.UpdateStatus<>(
                PersistentVolume.KIND, Binding.phase(volume, VolumePlan.BOUND, "", now)));
      }
      phase(BOUND, Optional.of(volume));
    }
  }

  private void phase(String phase, Optional<PersistentVolume> volume) {
    PersistentVolumeClaim next = Binding.phase(claim, phase, volume);
    if (!next.equals(claim)) {
      actions.add(new Action.UpdateStatus<>(PersistentVolumeClaim.KIND, next));
    }
  }

  private void report(EventType type, String reason, String message) {
    actions.add(new Action.Report(References.to(claim), type, reason, message));
  }
}
