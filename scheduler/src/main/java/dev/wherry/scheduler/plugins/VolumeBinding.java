package dev.wherry.scheduler.plugins;

import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.PodClaim;
import dev.wherry.scheduler.framework.ClaimWriter;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.framework.ReservePlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Storage;
import dev.wherry.scheduler.view.VolumeChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pod goes where its claims' volumes are; claims that wait for it get theirs on its node
 * (KEP-490).
 */
public final class VolumeBinding implements FilterPlugin, ReservePlugin {
  private static final Verdict OUT_OF_REACH =
      new Verdict.Rejected("node(s) didn't match PersistentVolume's node affinity", false);
  private static final Verdict NOTHING_FREE =
      new Verdict.Rejected("node(s) didn't find available persistent volumes to bind", false);
  private static final Verdict NO_VOLUME =
      new Verdict.Rejected(
          "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)", false);

  private final ClaimWriter writer;

  public VolumeBinding(ClaimWriter writer) {
    this.writer = writer;
  }

  @Override
  public String name() {
    return "VolumeBinding";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(
        ClusterEvent.CLAIM_CHANGED,
        ClusterEvent.STORAGE_CHANGED,
        ClusterEvent.NODE_ADDED,
        ClusterEvent.NODE_LABELS);
  }

  @Override
  public Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    if (pod.claims().isEmpty()) {
      return Prepared.SKIP;
    }
    return switch (sort(pod, snapshot.around().storage())) {
      case Sorted.Barred(String why) -> new Prepared.Reject(why);
      case Sorted.Known(PodVolumes volumes) -> new Prepared.Check(new OnNode(volumes));
    };
  }

  /** The verdict follows from the pod's claims, which are not part of its shape. */
  private record OnNode(PodVolumes volumes) implements NodeFilter {
    @Override
    public Verdict test(NodeView node) {
      return switch (volumes.on(node)) {
        case PodVolumes.Offer.NoVolume() -> NO_VOLUME;
        case PodVolumes.Offer.OutOfReach() -> OUT_OF_REACH;
        case PodVolumes.Offer.NothingFree() -> NOTHING_FREE;
        case PodVolumes.Offer.Served(VolumeChoice _) -> Verdict.FITS;
      };
    }

    @Override
    public boolean looksAtOneNode() {
      return false;
    }
  }

  /** A pod's claims, or why no node will do. */
  private sealed interface Sorted {
    record Barred(String why) implements Sorted {}

    record Known(PodVolumes volumes) implements Sorted {}
  }

  private static Sorted sort(PodView pod, Storage storage) {
    List<PersistentVolumeClaim> bound = new ArrayList<>();
    List<PersistentVolumeClaim> delayed = new ArrayList<>();
    boolean immediate = false;
    for (PodClaim named : pod.claims()) {
      Optional<PersistentVolumeClaim> found = storage.claim(pod.key().namespace(), named.claim());
      Optional<String> barred = bar(pod, named, found);
      if (barred.isPresent()) {
        return new Sorted.Barred(barred.get());
      }
      PersistentVolumeClaim claim = found.orElseThrow();
      if (ClaimFacts.isFullyBound(claim)) {
        bound.add(claim);
      } else if (claim.spec().volumeName().isEmpty()
          && ClaimFacts.isDelayed(storage.storageClass(ClaimFacts.className(claim)))) {
        delayed.add(claim);
      } else {
        immediate = true;
      }
    }
    return immediate
        ? new Sorted.Barred("pod has unbound immediate PersistentVolumeClaims")
        : new Sorted.Known(new PodVolumes(storage, bound, delayed));
  }

  private static Optional<String> bar(
      PodView pod, PodClaim named, Optional<PersistentVolumeClaim> found) {
    String name = "persistentvolumeclaim \"" + named.claim() + "\"";
    if (found.isEmpty()) {
      return Optional.of(
          named.ephemeral()
              ? "waiting for ephemeral volume controller to create the " + name
              : name + " not found");
    }
    PersistentVolumeClaim claim = found.get();
    if (claim.status().phase().equals("Lost")) {
      return Optional.of(
          name + " bound to non-existent persistentvolume \"" + claim.spec().volumeName() + "\"");
    }
    if (claim.metadata().deletionTimestamp() != null) {
      return Optional.of(name + " is being deleted");
    }
    return named.ephemeral() && !PodClaim.isOwned(pod.uid(), claim)
        ? Optional.of(PodClaim.notOwned(pod.key().namespace(), pod.key().name(), named.claim()))
        : Optional.empty();
  }

  @Override
  public Optional<Reservation> reserve(PodView pod, NodeView node, ClusterSnapshot snapshot) {
    Storage storage = snapshot.around().storage();
    if (pod.claims().isEmpty()
        || !(sort(pod, storage) instanceof Sorted.Known(PodVolumes volumes))
        || !(volumes.on(node) instanceof PodVolumes.Offer.Served(VolumeChoice choice))
        || choice.isNothing()) {
      return Optional.empty();
    }
    storage.assume(choice, node.name());
    return Optional.of(
        new Reservation() {
          @Override
          public Optional<String> fulfil() {
            return writer.bind(pod, node.name(), choice);
          }

          @Override
          public void release() {
            storage.release(choice);
          }
        });
  }
}
