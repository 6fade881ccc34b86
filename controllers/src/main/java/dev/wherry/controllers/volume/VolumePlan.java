package dev.wherry.controllers.volume;

import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.volume.VolumeAnnotations;
import dev.wherry.model.volume.VolumeFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a volume needs next (persistentvolume controller, syncVolume). Pure. */
final class VolumePlan {
  static final String AVAILABLE = "Available";
  static final String BOUND = "Bound";
  static final String RELEASED = "Released";
  static final String FAILED = "Failed";
  private static final String IN_TREE = "kubernetes.io/";

  private final PersistentVolume volume;
  private final Instant now;
  private final List<Action> actions = new ArrayList<>();

  private VolumePlan(PersistentVolume volume, Instant now) {
    this.volume = volume;
    this.now = now;
  }

  /**
   * @param named the claim of the name that the volume refers to
   */
  static Plan of(PersistentVolume volume, Optional<PersistentVolumeClaim> named, Instant now) {
    VolumePlan plan = new VolumePlan(volume, now);
    ObjectReference ref = volume.spec().claimRef();
    if (ref == null || ref.uid().isEmpty()) {
      plan.phase(AVAILABLE, "");
    } else {
      plan.claimed(named.filter(claim -> claim.metadata().uid().equals(ref.uid())));
    }
    return Plan.of(plan.actions);
  }

  private void claimed(Optional<PersistentVolumeClaim> claim) {
    if (claim.isEmpty()) {
      release();
      return;
    }
    String chosen = claim.get().spec().volumeName();
    if (chosen.isEmpty()) {
      if (!VolumeFacts.isSameVolumeMode(volume, claim.get())) {
        report(
            EventType.WARNING,
            "VolumeMismatch",
            "Cannot bind PersistentVolume to requested PersistentVolumeClaim \""
                + claim.get().metadata().name()
                + "\" due to incompatible volumeMode.");
      }
    } else if (chosen.equals(volume.metadata().name())) {
      phase(BOUND, "");
    } else if (Binding.has(volume, VolumeAnnotations.PROVISIONED_BY) && policy().equals("Delete")) {
      release();
    } else {
      actions.add(new Action.Update<>(PersistentVolume.KIND, Binding.unbound(volume)));
    }
  }

  private String policy() {
    return volume.spec().persistentVolumeReclaimPolicy();
  }

  /** Its claim is gone; a volume that failed stays so, for its user to see. */
  private void release() {
    if (!is(RELEASED) && !is(FAILED)) {
      phase(RELEASED, "");
      return;
    }
    switch (policy()) {
      case "Retain" -> {}
      case "Delete" -> delete();
      case "Recycle" -> fail("VolumeFailedRecycle", "No recycler plugin found for the volume!");
      default ->
          fail(
              "VolumeUnknownReclaimPolicy",
              "Volume has unrecognized PersistentVolumeReclaimPolicy");
    }
  }

  /** Who made it deletes it; a volume that somebody made by hand is nobody's to delete. */
  private void delete() {
    String maker = volume.metadata().annotations().get(VolumeAnnotations.PROVISIONED_BY);
    if (maker == null || maker.startsWith(IN_TREE)) {
      fail(
          "VolumeFailedDelete",
          "error getting deleter volume plugin for volume \""
              + volume.metadata().name()
              + "\": no deletable volume plugin matched");
    }
  }

  private void fail(String reason, String message) {
    if (!is(FAILED)) {
      phase(FAILED, message);
      report(EventType.WARNING, reason, message);
    }
  }

  private boolean is(String phase) {
    return volume.status().phase().equals(phase);
  }

  private void phase(String phase, String message) {
    if (!is(phase)) {
      actions.add(
          new Action.UpdateStatus<>(
              PersistentVolume.KIND, Binding.phase(volume, phase, message, now)));
    }
  }

  private void report(EventType type, String reason, String message) {
    actions.add(new Action.Report(References.to(volume), type, reason, message));
  }
}
