package dev.wherry.kubelet.csi;

import dev.wherry.model.volume.VolumeDigest;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where drivers find volumes. They know the layout of upstream's kubelet below one root, and those
 * that run in pods mount parts of it, so it is the same here.
 *
 * @param root usually {@code /var/lib/kubelet}
 */
record CsiPaths(Path root) {
  /** Of a pod's volumes. */
  static final String FOLDER = "kubernetes.io~csi";

  /** Where a pod sees the volume; the driver makes the last part. */
  Path target(CsiSource source, String podUid) {
    return source.block()
        ? devices().resolve("publish").resolve(source.name()).resolve(podUid)
        : root.resolve("pods")
            .resolve(podUid)
            .resolve("volumes")
            .resolve(FOLDER)
            .resolve(source.name())
            .resolve("mount");
  }

  /** Where the node has it for all its pods. */
  Path staging(CsiSource source) {
    return source.block()
        ? devices().resolve("staging").resolve(source.name())
        : plugins()
            .resolve(source.driver())
            .resolve(VolumeDigest.hex(source.handle()))
            .resolve("globalmount");
  }

  private Path plugins() {
    return root.resolve("plugins/kubernetes.io/csi");
  }

  private Path devices() {
    return plugins().resolve("volumeDevices");
  }

  /** Removes a staging directory and its empty parents. */
  void removeStaging(Path staging) throws IOException {
    Files.deleteIfExists(staging);
    prune(staging.getParent());
  }

  /** Removes what was made around a target that is gone. */
  void removeTarget(Path target) throws IOException {
    prune(target.getParent());
  }

  private void prune(@Nullable Path from) throws IOException {
    @Nullable Path folder = from;
    try {
      while (folder != null && folder.startsWith(root) && !folder.equals(root)) {
        Files.deleteIfExists(folder);
        folder = folder.getParent();
      }
    } catch (DirectoryNotEmptyException _) {
      return; // Others have something there.
    }
  }
}
