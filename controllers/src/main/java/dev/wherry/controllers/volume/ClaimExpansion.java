package dev.wherry.controllers.volume;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.PersistentVolumeClaimStatus;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.LocalPath;
import dev.wherry.model.volume.VolumeAnnotations;
import dev.wherry.model.volume.VolumeFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Claims that ask for more than they have (expand controller). A directory of the built-in
 * provisioner has no size of its own, so that its claim has what it asks for at once; volumes of
 * others are left to whoever made them.
 */
public final class ClaimExpansion implements KeyDriven {
  private static final int WORKERS = 1;

  private final KeyedController<ObjectKey> keys;

  public ClaimExpansion(Parts parts) {
    Informer<PersistentVolumeClaim> claims = VolumeIndex.claims(parts.informers());
    Informer<PersistentVolume> volumes = VolumeIndex.volumes(parts.informers());
    keys =
        new KeyedController<>(
            "claim-expansion",
            WORKERS,
            parts,
            key ->
                parts
                    .applier()
                    .apply(
                        claims
                            .get(key)
                            .flatMap(claim ->
                                volumes
                                    .get("", claim.spec().volumeName())
                                    .map(volume -> decide(claim, volume)))
                            .orElse(Plan.NOTHING)));
    claims.onChange(change -> {
      if (wantsMore(change.latest())) {
        keys.add(ObjectKey.of(change.latest()));
      }
    });
    volumes.onChange(change ->
        claims
            .byIndex(VolumeIndex.BY_VOLUME, change.latest().metadata().name())
            .forEach(claim -> {
              if (wantsMore(claim)) {
                keys.add(ObjectKey.of(claim));
              }
            }));
  }

  private static boolean wantsMore(PersistentVolumeClaim claim) {
    Quantity has = claim.status().capacity().get(ClaimFacts.STORAGE);
    return claim.status().phase().equals(ClaimPlan.BOUND)
        && has != null
        && ClaimFacts.request(claim).compareTo(has) > 0;
  }

  /** The volume grows first: a claim never shows more than its volume has. */
  static Plan decide(PersistentVolumeClaim claim, PersistentVolume volume) {
    if (!wantsMore(claim) || !VolumeFacts.isBoundTo(volume, claim)) {
      return Plan.NOTHING;
    }
    Quantity wanted = ClaimFacts.request(claim);
    String maker = volume.metadata().annotations().get(VolumeAnnotations.PROVISIONED_BY);
    if (!LocalPath.PROVISIONER.equals(maker)) {
      return Plan.of(
          new Action.Report(
              References.to(claim),
              EventType.NORMAL,
              "ExternalExpanding",
              "waiting for an external controller to expand this PVC"));
    }
    List<Action> actions = new ArrayList<>();
    if (VolumeFacts.capacity(volume).compareTo(wanted) < 0) {
      actions.add(
          new Action.Update<>(
              PersistentVolume.KIND,
              volume.toBuilder()
                  .spec(
                      volume.spec().toBuilder()
                          .capacity(with(volume.spec().capacity(), wanted))
                          .build())
                  .build()));
    }
    PersistentVolumeClaimStatus status =
        claim.status().toBuilder()
            .capacity(with(claim.status().capacity(), wanted))
            .conditions(
                claim.status().conditions().stream()
                    .filter(condition -> !isAboutSize(condition.type()))
                    .toList())
            .build();
    actions.add(
        new Action.UpdateStatus<>(
            PersistentVolumeClaim.KIND, claim.toBuilder().status(status).build()));
    actions.add(
        new Action.Report(
            References.to(claim),
            EventType.NORMAL,
            "VolumeResizeSuccessful",
            "ExpandVolume succeeded for volume " + ObjectKey.of(claim)));
    return Plan.of(actions);
  }

  private static boolean isAboutSize(String condition) {
    return condition.equals("Resizing") || condition.equals("FileSystemResizePending");
  }

  private static Map<String, Quantity> with(Map<String, Quantity> amounts, Quantity storage) {
    Map<String, Quantity> next = new LinkedHashMap<>(amounts);
    next.put(ClaimFacts.STORAGE, storage);
    return next;
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
