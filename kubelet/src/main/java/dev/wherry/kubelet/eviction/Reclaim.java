package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.image.ImageNames;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.proto.cri.v1.Image;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives disk back before a pod has to go: dead containers that nothing needs, then images that
 * neither a container nor a pod's spec names.
 */
final class Reclaim {
  private static final System.Logger LOG = System.getLogger(Reclaim.class.getName());

  private final CriRuntime runtime;

  Reclaim(CriRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * @param pods all of the node, those that are over too
   */
  void run(Collection<PodView> pods) {
    Map<String, PodView> byUid = new HashMap<>();
    Set<String> needed = new HashSet<>();
    for (PodView pod : pods) {
      byUid.put(pod.uid(), pod);
      if (!pod.terminal()) {
        pod.all()
            .forEach(
                named -> ImageNames.normalise(named.container().image()).ifPresent(needed::add));
      }
    }
    for (String uid : runtime.lists().states().pods().keySet()) {
      containers(uid, byUid, needed);
    }
    images(needed);
  }

  /** The newest run of a name stays while its pod lives: it counts the restarts. */
  private void containers(String uid, Map<String, PodView> pods, Set<String> needed) {
    PodView pod = pods.get(uid);
    boolean over = pod != null && pod.terminal();
    Set<String> seen = new HashSet<>();
    PodObservation observed = runtime.lists().observe(uid, PodObservation.none(uid));
    for (ContainerSnapshot container : observed.containers()) {
      boolean newest = seen.add(container.name());
      if (container.exited() && (over || !newest)) {
        runtime.removeContainer(container.id());
      } else {
        needed.add(container.imageRef());
        needed.add(container.imageId());
      }
    }
  }

  private void images(Set<String> needed) {
    for (Image image : runtime.images().list()) {
      boolean used =
          image.getPinned()
              || needed.contains(image.getId())
              || image.getRepoTagsList().stream().anyMatch(needed::contains)
              || image.getRepoDigestsList().stream().anyMatch(needed::contains);
      if (used) {
        continue;
      }
      try {
        runtime.images().remove(image.getId());
        LOG.log(Level.INFO, "image removed under pressure image={0}", image.getId());
      } catch (CriException e) {
        LOG.log(Level.DEBUG, "image stays image={0}: {1}", image.getId(), e.text());
      }
    }
  }
}
