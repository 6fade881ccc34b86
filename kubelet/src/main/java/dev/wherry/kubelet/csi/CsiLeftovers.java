package dev.wherry.kubelet.csi;

import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.kubelet.volume.PodDirs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Volumes of drivers that the pods of a node that is gone for good still have. */
public final class CsiLeftovers {
  private CsiLeftovers() {}

  /** Whether what is mounted in a pod's folder is a driver's to take away. */
  public static boolean isDrivers(Path mount) {
    return mount.toString().contains("/" + CsiPaths.FOLDER + "/");
  }

  /**
   * Unmounts them and removes the empty folders around. The drivers, which lived with the node, are
   * not asked.
   *
   * @param root where drivers looked for volumes
   * @param dirs where the notes lie
   */
  public static void remove(Path root, PodDirs dirs, Mounts mounts) throws IOException {
    CsiPaths paths = new CsiPaths(root);
    for (Path folder : CsiNote.folders(dirs)) {
      CsiNote note = CsiNote.read(folder).orElse(null);
      if (note == null) {
        continue;
      }
      List<Path> places = new ArrayList<>(List.of(note.target()));
      note.staging().ifPresent(places::add);
      for (Path place : places) {
        mounts.unmount(place);
        Files.deleteIfExists(place);
      }
      paths.removeTarget(note.target());
      if (note.staging().isPresent()) {
        paths.removeStaging(note.staging().get());
      }
      CsiNote.delete(folder);
    }
  }
}
