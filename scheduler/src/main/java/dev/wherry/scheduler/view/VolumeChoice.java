package dev.wherry.scheduler.view;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import java.util.List;

/**
 * What a pod's claims without a volume get on one node.
 *
 * @param matches claims that get a volume which is there
 * @param provisioned claims for which one is to be made
 */
public record VolumeChoice(List<Match> matches, List<PersistentVolumeClaim> provisioned) {
  public VolumeChoice {
    matches = List.copyOf(matches);
    provisioned = List.copyOf(provisioned);
  }

  /** A claim and its volume. */
  public record Match(PersistentVolumeClaim claim, PersistentVolume volume) {}

  public boolean isNothing() {
    return matches.isEmpty() && provisioned.isEmpty();
  }
}
