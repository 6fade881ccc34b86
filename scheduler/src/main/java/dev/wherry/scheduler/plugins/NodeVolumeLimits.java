package dev.wherry.scheduler.plugins;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.storage.v1.CSINodeDriver;
import dev.wherry.model.storage.v1.VolumeNodeResources;
import dev.wherry.model.volume.PodClaim;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Storage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A node takes no more volumes of a CSI driver than its CSINode says. */
public final class NodeVolumeLimits implements FilterPlugin {
  private static final Verdict FULL = new Verdict.Rejected("node(s) exceed max volume count", true);

  @Override
  public String name() {
    return "NodeVolumeLimits";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(
        ClusterEvent.CLAIM_CHANGED,
        ClusterEvent.STORAGE_CHANGED,
        ClusterEvent.NODE_ADDED,
        ClusterEvent.ASSIGNED_POD_GONE);
  }

  @Override
  public Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    if (pod.claims().isEmpty()) {
      return Prepared.SKIP;
    }
    Storage storage = snapshot.around().storage();
    Map<String, Set<String>> wanted = new HashMap<>();
    add(pod, storage, wanted);
    return wanted.isEmpty() ? Prepared.SKIP : new Prepared.Check(new Limits(storage, wanted));
  }

  /** Adds the handles of a pod's CSI volumes by driver. */
  private static void add(PodView pod, Storage storage, Map<String, Set<String>> handles) {
    for (PodClaim named : pod.claims()) {
      storage
          .claim(pod.key().namespace(), named.claim())
          .flatMap(claim -> storage.volume(claim.spec().volumeName()))
          .map(PersistentVolume::spec)
          .ifPresent(spec -> {
            if (spec.csi() != null) {
              handles
                  .computeIfAbsent(spec.csi().driver(), d -> new HashSet<>())
                  .add(spec.csi().volumeHandle());
            }
          });
    }
  }

  private record Limits(Storage storage, Map<String, Set<String>> wanted) implements NodeFilter {
    @Override
    public Verdict test(NodeView node) {
      return storage.csiNode(node.name()).isPresent() && isFull(node) ? FULL : Verdict.FITS;
    }

    private boolean isFull(NodeView node) {
      Map<String, Set<String>> all = new HashMap<>();
      for (PodView other : node.pods()) {
        add(other, storage, all);
      }
      for (CSINodeDriver driver : storage.csiNode(node.name()).orElseThrow().spec().drivers()) {
        VolumeNodeResources room = driver.allocatable();
        Integer max = room == null ? null : room.count();
        Set<String> more = wanted.getOrDefault(driver.name(), Set.of());
        if (max != null && !more.isEmpty()) {
          Set<String> together = new HashSet<>(all.getOrDefault(driver.name(), Set.of()));
          boolean adds = together.addAll(more);
          if (adds && together.size() > max) {
            return true;
          }
        }
      }
      return false;
    }

    @Override
    public boolean looksAtOneNode() {
      return false;
    }
  }
}
