package dev.wherry.kubelet.csi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.kubelet.placement.StateFile;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a pod has of a driver, on disk from before the driver is first asked until it has taken all
 * back: a kubelet that was killed in between asks again.
 *
 * @param target where the volume is published
 * @param attached whether its driver's controller attached it to this node
 * @param staging where it is staged for all pods; empty for a driver that does not
 * @param claim the pod's claim whose volume it is; "" for one that lives with the pod
 */
record CsiNote(
    String driver,
    String handle,
    boolean attached,
    Path target,
    Optional<Path> staging,
    String claim) {
  private static final String FILE = "vol_data.json";
  private static final int VERSION = 1;

  /** Where a pod's notes lie, one folder for each volume. */
  static List<Path> folders(PodDirs dirs, String uid) throws IOException {
    return children(dirs.volumes(uid).resolve("kubernetes.io~csi"));
  }

  /** Those of all pods of the node. */
  static List<Path> folders(PodDirs dirs) throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path pod : children(dirs.pods())) {
      all.addAll(folders(dirs, pod.getFileName().toString()));
    }
    return all;
  }

  private static List<Path> children(Path parent) throws IOException {
    if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(parent)) {
      stream.forEach(all::add);
    }
    return all;
  }

  static boolean existsIn(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  static Optional<CsiNote> read(Path folder) {
    return new StateFile(folder.resolve(FILE), VERSION).read().map(CsiNote::of);
  }

  private static CsiNote of(JsonNode tree) {
    String staging = tree.path("staging").asText();
    return new CsiNote(
        tree.path("driver").asText(),
        tree.path("handle").asText(),
        tree.path("attached").asBoolean(),
        Path.of(tree.path("target").asText()),
        staging.isEmpty() ? Optional.empty() : Optional.of(Path.of(staging)),
        tree.path("claim").asText());
  }

  void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    new StateFile(folder.resolve(FILE), VERSION)
        .write(
            Json.object()
                .put("driver", driver)
                .put("handle", handle)
                .put("attached", attached)
                .put("target", target.toString())
                .put("staging", staging.map(Path::toString).orElse(""))
                .put("claim", claim));
  }

  static void delete(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(FILE));
  }

  boolean isOf(String otherDriver, String otherHandle) {
    return driver.equals(otherDriver) && handle.equals(otherHandle);
  }
}
