package dev.wherry.kubelet.housekeeping;

import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import dev.wherry.proto.cri.v1.Image;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Removes images that nothing has used for longest when their disk fills: from 85 % down to 80 % by
 * default (rule: imageGCHighThresholdPercent and Low). Imported images count as used while pinned.
 */
final class ImageSweep {
  private static final System.Logger LOG = System.getLogger(ImageSweep.class.getName());

  private final CriRuntime runtime;
  private final NodeSettings.ImageLimits limits;
  private final Map<String, Long> lastUsedRound = new HashMap<>();
  private long round;

  ImageSweep(CriRuntime runtime, NodeSettings.ImageLimits limits) {
    this.runtime = runtime;
    this.limits = limits;
  }

  /**
   * @param inUse references and ids of images that containers run from
   */
  void sweep(Set<String> inUse) throws IOException {
    round++;
    List<Image> images = runtime.images().list();
    for (Image image : images) {
      if (inUse.contains(image.getId())
          || image.getRepoDigestsList().stream().anyMatch(inUse::contains)) {
        lastUsedRound.put(image.getId(), round);
      } else {
        lastUsedRound.putIfAbsent(image.getId(), 0L);
      }
    }
    lastUsedRound.keySet().retainAll(images.stream().map(Image::getId).toList());
    for (FilesystemUsage usage : runtime.images().filesystems()) {
      Path mount = Path.of(usage.getFsId().getMountpoint());
      if (Files.exists(mount)) {
        free(Files.getFileStore(mount), images);
      }
    }
  }

  private void free(FileStore store, List<Image> images) throws IOException {
    long total = store.getTotalSpace();
    long used = total - store.getUsableSpace();
    if (total == 0 || used * 100 / total < limits.highPercent()) {
      return;
    }
    long toFree = used - total / 100 * limits.lowPercent();
    List<Image> oldest =
        images.stream()
            .filter(i -> !i.getPinned() && lastUsedRound.getOrDefault(i.getId(), round) < round)
            .sorted(Comparator.comparingLong(i -> lastUsedRound.getOrDefault(i.getId(), 0L)))
            .toList();
    for (Image image : oldest) {
      if (toFree <= 0) {
        return;
      }
      try {
        runtime.images().remove(image.getId());
        toFree -= image.getSize();
        LOG.log(Level.INFO, "image removed for disk space image={0}", image.getId());
      } catch (CriException e) {
        LOG.log(Level.DEBUG, "image stays image={0}: {1}", image.getId(), e.text());
      }
    }
  }
}
