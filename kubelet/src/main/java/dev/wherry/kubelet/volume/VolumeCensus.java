package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.model.core.v1.Volume;
import java.nio.file.Files;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many volumes pods want and have, by upstream's names (rule: volumemanager/metrics). What is
 * there is read from the pods' folders, so that a kubelet just started knows it too; a hostPath has
 * none there and counts with its pod's.
 */
public final class VolumeCensus {
  private VolumeCensus() {}

  /** Adds its family to a page. */
  public static void write(MetricsText page, PodDirs dirs, Collection<PodView> pods) {
    Map<String, Integer> rows = new TreeMap<>();
    for (PodView pod : pods) {
      for (Volume volume : pod.spec().volumes()) {
        if (volume.image() == null) {
          if (!pod.terminal()) {
            count(rows, volume, "desired_state_of_world");
          }
          if (isThere(dirs, pod.uid(), volume)) {
            count(rows, volume, "actual_state_of_world");
          }
        }
      }
    }
    String name = "volume_manager_total_volumes";
    page.head(name, "gauge", "[ALPHA] Volumes that pods want and have.");
    rows.forEach((labels, count) -> page.sample(name, labels, count));
  }

  private static void count(Map<String, Integer> rows, Volume volume, String state) {
    String plugin = VolumePlugins.of(volume);
    rows.merge(MetricsText.labels("plugin_name", plugin, "state", state), 1, Integer::sum);
  }

  private static boolean isThere(PodDirs dirs, String uid, Volume volume) {
    String kind = VolumePlugins.kind(volume);
    if (kind.equals(VolumePlugins.HOST_PATH)) {
      return Files.isDirectory(dirs.pod(uid));
    }
    return Files.exists(
        dirs.volume(uid, kind.isEmpty() ? ClaimVolumes.FOLDER : kind, volume.name()));
  }
}
