package dev.wherry.controllers.volume;

import dev.wherry.controllers.Finalizers;
import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.volume.PodClaim;
import java.util.List;
import java.util.Optional;

/** A claim that a pod uses stays until the pod is gone (pvc-protection controller). */
public final class ClaimProtection implements KeyDriven {
  /** The finalizer. */
  static final String FINALIZER = "kubernetes.io/pvc-protection";

  private static final int WORKERS = 1;

  private final Parts parts;
  private final Informer<PersistentVolumeClaim> claims;
  private final Informer<Pod> pods;
  private final KeyedController<ObjectKey> keys;

  public ClaimProtection(Parts parts) {
    this.parts = parts;
    this.keys = new KeyedController<>("pvc-protection", WORKERS, parts, this::reconcile);
    claims = VolumeIndex.claims(parts.informers()).onChange(this::claimSeen);
    pods = ClaimUsers.of(parts.informers()).onChange(this::podSeen);
  }

  private void claimSeen(Change<PersistentVolumeClaim> change) {
    ObjectMeta meta = change.latest().metadata();
    if (Finalizers.isDue(meta, FINALIZER)) {
      keys.add(ObjectKey.of(change.latest()));
    }
  }

  /** Only a pod's end can free a claim. */
  private void podSeen(Change<Pod> change) {
    Pod pod = change.latest();
    if (change instanceof Change.Removed<Pod> || isShutDown(pod)) {
      ClaimUsers.claims(pod).forEach(keys::add);
    }
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<PersistentVolumeClaim> found = claims.get(key);
    if (found.isEmpty() || !Finalizers.isDue(found.get().metadata(), FINALIZER)) {
      return Outcome.DONE;
    }
    PersistentVolumeClaim claim = found.get();
    boolean inUse =
        claim.metadata().deletionTimestamp() != null
            && (isUsed(claim, pods.byIndex(ClaimUsers.CLAIM, key.toString()))
                || isUsed(claim, now(key)));
    return inUse ? Outcome.DONE : parts.applier().apply(decide(claim));
  }

  /** As the server has them: a pod that the view does not show yet must not lose its claim. */
  private List<Pod> now(ObjectKey key) {
    return parts.client().list(Pod.KIND, key.namespace(), ListOptions.ALL).items();
  }

  /** Adds the finalizer to a claim that lives, takes it from one that is to go. */
  static Plan decide(PersistentVolumeClaim claim) {
    ObjectMeta next = Finalizers.turned(claim.metadata(), FINALIZER);
    return Plan.of(
        new Action.Update<>(PersistentVolumeClaim.KIND, claim.toBuilder().metadata(next).build()));
  }

  /** A pod counts from when it has a node: one that has none is not started with such a claim. */
  static boolean isUsed(PersistentVolumeClaim claim, List<Pod> pods) {
    return pods.stream()
        .filter(pod -> !pod.spec().nodeName().isEmpty())
        .anyMatch(pod -> PodClaim.of(pod).stream().anyMatch(used -> uses(pod, used, claim)));
  }

  private static boolean uses(Pod pod, PodClaim used, PersistentVolumeClaim claim) {
    return used.claim().equals(claim.metadata().name())
        && (!used.ephemeral()
            || (!isShutDown(pod) && PodClaim.isOwned(pod.metadata().uid(), claim)));
  }

  /** Its node has ended it; only the object is left. */
  private static boolean isShutDown(Pod pod) {
    Long grace = pod.metadata().deletionGracePeriodSeconds();
    return pod.metadata().deletionTimestamp() != null && grace != null && grace == 0;
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
