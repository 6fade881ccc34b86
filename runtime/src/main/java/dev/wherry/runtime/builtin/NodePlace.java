package dev.wherry.runtime.builtin;

import dev.wherry.runtime.builtin.shim.ShimSetup;
import dev.wherry.runtime.builtin.spec.HostFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the runtime keeps what, and what all its containers share. Folders are root's alone.
 *
 * @param state records and ends, kept over reboots
 * @param run bundles and sockets, gone with a reboot; secrets stand here only
 * @param pauseRoot the root of every sandbox
 * @param boot the present boot's id
 */
public record NodePlace(
    Path state,
    Path run,
    Path pauseRoot,
    ShimSetup shim,
    HostFacts host,
    String boot,
    SecureRandom random) {
  private static final int ID_BYTES = 32;

  /** A new id, as runtimes write them: 64 hex digits. */
  public String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  public Path sandboxes() {
    return state.resolve("sandboxes");
  }

  public Path containers() {
    return state.resolve("containers");
  }

  public Path runOf(String id) {
    return run.resolve(id);
  }

  /** Makes a folder with its parents, for root's eyes. */
  public static Path makePrivate(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return folder;
  }

  /** The names in a folder; none when it is missing. */
  public static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Removes a tree of files of our own; it holds no mounts. */
  public static void removeTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
