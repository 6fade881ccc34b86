package dev.wherry.scheduler.plugins;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.volume.PodClaim;
import dev.wherry.scheduler.framework.ClusterEvent;
import dev.wherry.scheduler.framework.FilterPlugin;
import dev.wherry.scheduler.framework.Verdict;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Volumes with labels of a zone are for nodes of that zone. */
public final class VolumeZone implements FilterPlugin {
  private static final Verdict ELSEWHERE =
      new Verdict.Rejected("node(s) had no available volume zone", false);

  /** Labels of a volume, and the node's where it bears the newer one only. */
  private static final Map<String, String> LABELS =
      Map.of(
          "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone",
          "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region",
          "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone",
          "failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region");

  /** What stands between the zones of a volume that is in several. */
  private static final String BETWEEN = "__";

  @Override
  public String name() {
    return "VolumeZone";
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
    Storage storage = snapshot.around().storage();
    List<Zones> wanted = new ArrayList<>();
    for (PodClaim named : pod.claims()) {
      Optional<PersistentVolume> volume =
          storage
              .claim(pod.key().namespace(), named.claim())
              .flatMap(claim -> storage.volume(claim.spec().volumeName()));
      volume.ifPresent(known -> add(known, wanted));
    }
    return wanted.isEmpty() ? Prepared.SKIP : new Prepared.Check(new InZones(wanted));
  }

  private static void add(PersistentVolume volume, List<Zones> wanted) {
    volume
        .metadata()
        .labels()
        .forEach((key, value) -> {
          if (LABELS.containsKey(key)) {
            wanted.add(new Zones(key, Set.of(value.split(BETWEEN))));
          }
        });
  }

  private record Zones(String label, Set<String> values) {}

  private record InZones(List<Zones> wanted) implements NodeFilter {
    @Override
    public Verdict test(NodeView node) {
      if (LABELS.keySet().stream().noneMatch(node.labels()::containsKey)) {
        // A node that says nothing of zones is in the only one.
        return Verdict.FITS;
      }
      for (Zones zones : wanted) {
        String value = node.labels().get(zones.label());
        if (value == null) {
          value = node.labels().get(LABELS.get(zones.label()));
        }
        if (value == null || !zones.values().contains(value)) {
          return ELSEWHERE;
        }
      }
      return Verdict.FITS;
    }

    @Override
    public boolean looksAtOneNode() {
      return false;
    }
  }
}
