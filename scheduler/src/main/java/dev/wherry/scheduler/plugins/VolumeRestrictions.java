package dev.wherry.scheduler.plugins;

import dev.wherry.model.volume.PodClaim;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Storage;
import java.util.HashSet;
import java.util.Set;

/** A claim of mode ReadWriteOncePod is one pod's at a time, on whatever node (KEP-2485). */
public final class VolumeRestrictions implements FilterPlugin {
  private static final Verdict IN_USE =
      new Verdict.Rejected(
          "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access"
              + " mode",
          true);

  @Override
  public String name() {
    return "VolumeRestrictions";
  }

  @Override
  public Set<ClusterEvent> requeueOn() {
    return Set.of(
        ClusterEvent.ASSIGNED_POD_GONE, ClusterEvent.CLAIM_CHANGED, ClusterEvent.NODE_ADDED);
  }

  @Override
  public Prepared prepare(PodView pod, ClusterSnapshot snapshot) {
    if (pod.claims().isEmpty()) {
      return Prepared.SKIP;
    }
    Storage storage = snapshot.around().storage();
    Set<String> exclusive = new HashSet<>();
    for (PodClaim named : pod.claims()) {
      storage
          .claim(pod.key().namespace(), named.claim())
          .filter(claim -> claim.spec().accessModes().contains("ReadWriteOncePod"))
          .ifPresent(claim -> exclusive.add(named.claim()));
    }
    if (exclusive.isEmpty()) {
      return Prepared.SKIP;
    }
    String namespace = pod.key().namespace();
    int users = 0;
    for (int i = 0; i < snapshot.size(); i++) {
      users += usersOn(snapshot.at(i), namespace, exclusive);
    }
    return new Prepared.Check(new Alone(namespace, exclusive, users));
  }

  private static int usersOn(NodeView node, String namespace, Set<String> claims) {
    int users = 0;
    for (PodView other : node.pods()) {
      if (!other.claims().isEmpty() && other.key().namespace().equals(namespace)) {
        for (PodClaim used : other.claims()) {
          users += claims.contains(used.claim()) ? 1 : 0;
        }
      }
    }
    return users;
  }

  /** Users anywhere count. */
  private record Alone(String namespace, Set<String> claims, int users) implements NodeFilter {
    @Override
    public Verdict test(NodeView node) {
      return users > 0 ? IN_USE : Verdict.FITS;
    }

    @Override
    public boolean looksAtOneNode() {
      return false;
    }

    @Override
    public NodeFilter given(NodeView before, NodeView now) {
      int fewer = usersOn(before, namespace, claims) - usersOn(now, namespace, claims);
      return new Alone(namespace, claims, users - fewer);
    }
  }
}
