package dev.wherry.controllers.volume;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.workload.Owners;
import dev.wherry.controllers.workload.PodFacts;
import dev.wherry.machinery.event.EventType;
import dev.wherry.machinery.event.References;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.PersistentVolumeClaimTemplate;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.volume.PodClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the claims of pods' ephemeral volumes; they go with the pod (ephemeral-volume). */
public final class EphemeralClaims implements KeyDriven {
  private static final int WORKERS = 2;

  private final Parts parts;
  private final Informer<Pod> pods;
  private final Informer<PersistentVolumeClaim> claims;
  private final KeyedController<ObjectKey> keys;

  public EphemeralClaims(Parts parts) {
    this.parts = parts;
    this.keys = new KeyedController<>("ephemeral-volumes", WORKERS, parts, this::reconcile);
    pods = ClaimUsers.of(parts.informers()).onChange(this::podSeen);
    claims = VolumeIndex.claims(parts.informers()).onChange(this::claimSeen);
  }

  private void podSeen(Change<Pod> change) {
    if (!(change instanceof Change.Removed<Pod>) && hasAny(change.latest())) {
      keys.add(ObjectKey.of(change.latest()));
    }
  }

  private static boolean hasAny(Pod pod) {
    return pod.spec().volumes().stream().anyMatch(volume -> volume.ephemeral() != null);
  }

  /** A claim that was deleted is made again while its pod lives. */
  private void claimSeen(Change<PersistentVolumeClaim> change) {
    if (change instanceof Change.Removed<PersistentVolumeClaim>(PersistentVolumeClaim last)) {
      Owners.controller(last.metadata())
          .filter(owner -> owner.kind().equals("Pod"))
          .ifPresent(owner -> keys.add(new ObjectKey(last.metadata().namespace(), owner.name())));
    }
  }

  private Outcome reconcile(ObjectKey key) {
    Optional<Pod> pod = pods.get(key);
    if (pod.isEmpty() || !PodFacts.isActive(pod.get())) {
      return Outcome.DONE;
    }
    Plan plan = decide(pod.get(), claim -> claims.get(key.namespace(), claim));
    parts.applier().apply(plan);
    boolean refused = plan.actions().stream().anyMatch(Action.Report.class::isInstance);
    return refused ? new Outcome.Retry("a claim of another owner is in the way") : Outcome.DONE;
  }

  /** Looks a claim up by its name. */
  @FunctionalInterface
  interface Claims {
    Optional<PersistentVolumeClaim> named(String name);
  }

  static Plan decide(Pod pod, Claims present) {
    List<Action> actions = new ArrayList<>();
    for (Volume volume : pod.spec().volumes()) {
      var source = volume.ephemeral();
      PersistentVolumeClaimTemplate template = source == null ? null : source.volumeClaimTemplate();
      if (template == null) {
        continue;
      }
      String name = PodClaim.of(pod.metadata(), volume).map(PodClaim::claim).orElse("");
      Optional<PersistentVolumeClaim> found = present.named(name);
      if (found.isEmpty()) {
        actions.add(new Action.Create<>(PersistentVolumeClaim.KIND, made(pod, name, template)));
      } else if (!PodClaim.isOwned(pod.metadata().uid(), found.get())) {
        actions.add(
            new Action.Report(
                References.to(pod),
                EventType.WARNING,
                "FailedBinding",
                "ephemeral volume "
                    + volume.name()
                    + ": "
                    + PodClaim.notOwned(pod.metadata().namespace(), pod.metadata().name(), name)));
      }
    }
    return Plan.of(actions);
  }

  private static PersistentVolumeClaim made(
      Pod pod, String name, PersistentVolumeClaimTemplate template) {
    OwnerReference owner = Owners.reference(pod);
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(pod.metadata().namespace())
            .name(name)
            .labels(template.metadata().labels())
            .annotations(template.metadata().annotations())
            .ownerReferences(List.of(owner))
            .build();
    return PersistentVolumeClaim.builder().metadata(meta).spec(template.spec()).build();
  }

  @Override
  public KeyedController<ObjectKey> keys() {
    return keys;
  }
}
