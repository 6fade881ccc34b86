package dev.wherry.controllers.volume;

import dev.wherry.controllers.KeyDriven;
import dev.wherry.controllers.KeyedController;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.storage.v1.StorageClass;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.VolumeFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Binds claims to volumes, and follows both until they part (persistentvolume-binder). */
public final class VolumeBinder implements KeyDriven {
  /** One: two claims that want one volume are decided one after the other. */
  private static final int WORKERS = 1;

  private final Parts parts;
  private final Informer<PersistentVolume> volumes;
  private final Informer<PersistentVolumeClaim> claims;
  private final Informer<StorageClass> classes;
  private final Informer<Pod> pods;
  private final KeyedController<VolumeKey> keys;

  public VolumeBinder(Parts parts) {
    this.parts = parts;
    this.keys = new KeyedController<>("volume-binder", WORKERS, parts, this::reconcile);
    volumes = VolumeIndex.volumes(parts.informers()).onChange(this::volumeSeen);
    claims = VolumeIndex.claims(parts.informers()).onChange(this::claimSeen);
    classes = parts.informers().of(StorageClass.KIND).onChange(this::classSeen);
    pods = ClaimUsers.of(parts.informers());
  }

  private void volumeSeen(Change<PersistentVolume> change) {
    PersistentVolume volume = change.latest();
    String name = volume.metadata().name();
    keys.add(new VolumeKey.Volume(name));
    enqueue(claims.byIndex(VolumeIndex.BY_VOLUME, name));
    ObjectReference ref = volume.spec().claimRef();
    if (ref == null) {
      enqueue(claims.byIndex(VolumeIndex.LOOKING, VolumeFacts.className(volume)));
    } else {
      keys.add(new VolumeKey.Claim(new ObjectKey(ref.namespace(), ref.name())));
    }
  }

  private void claimSeen(Change<PersistentVolumeClaim> change) {
    ObjectKey key = ObjectKey.of(change.latest());
    keys.add(new VolumeKey.Claim(key));
    for (PersistentVolume volume : volumes.byIndex(VolumeIndex.BY_CLAIM, key.toString())) {
      keys.add(new VolumeKey.Volume(volume.metadata().name()));
    }
  }

  private void classSeen(Change<StorageClass> change) {
    enqueue(claims.byIndex(VolumeIndex.LOOKING, change.latest().metadata().name()));
    enqueue(claims.byIndex(VolumeIndex.LOOKING, VolumeIndex.OPEN));
  }

  private void enqueue(List<PersistentVolumeClaim> some) {
    some.forEach(claim -> keys.add(new VolumeKey.Claim(ObjectKey.of(claim))));
  }

  private Outcome reconcile(VolumeKey key) {
    Instant now = parts.timer().instant();
    return switch (key) {
      case VolumeKey.Claim(ObjectKey name) ->
          claims
              .get(name)
              .map(claim -> parts.applier().apply(ClaimPlan.of(claim, new Seen(), now)))
              .orElse(Outcome.DONE);
      case VolumeKey.Volume(String name) ->
          volumes
              .get("", name)
              .map(volume -> parts.applier().apply(VolumePlan.of(volume, named(volume), now)))
              .orElse(Outcome.DONE);
    };
  }

  /**
   * A claim that is missing, or another one, is asked for anew: a volume must not go by mistake.
   */
  private Optional<PersistentVolumeClaim> named(PersistentVolume volume) {
    ObjectReference ref = volume.spec().claimRef();
    if (ref == null) {
      return Optional.empty();
    }
    Optional<PersistentVolumeClaim> seen =
        claims
            .get(ref.namespace(), ref.name())
            .filter(claim -> claim.metadata().uid().equals(ref.uid()));
    return seen.isPresent() ? seen : claims.fresh(parts.client(), ref.namespace(), ref.name());
  }

  /** The informers, where a claim's plan asks them. */
  private final class Seen implements VolumeViews {
    @Override
    public List<PersistentVolume> candidates(PersistentVolumeClaim claim) {
      List<PersistentVolume> all =
          new ArrayList<>(volumes.byIndex(VolumeIndex.FREE, ClaimFacts.className(claim)));
      all.addAll(volumes.byIndex(VolumeIndex.BY_CLAIM, ObjectKey.of(claim).toString()));
      return all;
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
      return volumes.get("", name).or(() -> volumes.fresh(parts.client(), "", name));
    }

    @Override
    public Optional<StorageClass> storageClass(String name) {
      return name.isEmpty() ? Optional.empty() : classes.get("", name);
    }

    @Override
    public List<StorageClass> classes() {
      return classes.list();
    }

    @Override
    public List<String> users(PersistentVolumeClaim claim) {
      return pods.byIndex(ClaimUsers.CLAIM, ObjectKey.of(claim).toString()).stream()
          .map(pod -> pod.metadata().name())
          .toList();
    }
  }

  @Override
  public KeyedController<?> keys() {
    return keys;
  }
}
