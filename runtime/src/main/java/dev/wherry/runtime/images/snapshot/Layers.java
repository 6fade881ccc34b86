package dev.wherry.runtime.images.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.images.catalog.LocalLayer;
import dev.wherry.runtime.images.layer.LayerUnpack;
import dev.wherry.runtime.images.system.FileStatus;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.Folder;
import dev.wherry.runtime.images.system.PlatformThreads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Unpacked layers: {@code layers/CHAIN/root}, whole or not there. They are made in a work folder,
 * synced with everything in it, then renamed.
 */
final class Layers {
  private static final System.Logger LOG = System.getLogger(Layers.class.getName());
  private static final String RECORD = "layer.json";
  private static final String ROOT = "root";

  private final Path directory;
  private final Path work;
  private final LayerUnpack unpack;
  private final PlatformThreads threads;
  private final NamedLocks locks = new NamedLocks();
  private final AtomicLong works = new AtomicLong();

  Layers(Path store, LayerUnpack unpack, PlatformThreads threads) {
    this.directory = store.resolve("layers");
    this.work = store.resolve("unpacking");
    this.unpack = unpack;
    this.threads = threads;
  }

  /** What all layers take. */
  record Size(long bytes, long inodes) {}

  /** Removes what an earlier process left half done. */
  void open() throws IOException {
    // Nobody but root may look in: there are device nodes and set-id programs of strangers.
    for (Path folder : List.of(directory, work)) {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    for (Path left : list(work)) {
      remove(left);
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private void remove(Path tree) throws IOException {
    threads.call(() -> {
      FileTree.remove(tree);
      return true;
    });
  }

  private Path folder(String chainId) {
    return directory.resolve(chainId.substring(chainId.indexOf(':') + 1));
  }

  /** The folder that an overlay has as one of its lower ones. */
  Path root(String chainId) {
    return folder(chainId).resolve(ROOT);
  }

  boolean has(String chainId) {
    return Files.exists(folder(chainId).resolve(RECORD));
  }

  /**
   * Unpacks a layer unless it is there.
   *
   * @param lower the chain ids of the layers below, topmost first
   * @throws IOException also when the archive is not what the image says
   */
  void unpack(LocalLayer layer, Path packed, List<String> lower) throws IOException {
    try (NamedLocks.Held _ = locks.take(layer.chainId())) {
      if (!has(layer.chainId())) {
        threads.call(() -> {
          unpacked(layer, packed, lower.stream().map(this::root).toList());
          return true;
        });
      }
    }
  }

  private void unpacked(LocalLayer layer, Path packed, List<Path> lower) throws IOException {
    Path fresh = work.resolve("layer-" + works.incrementAndGet());
    try {
      Path root = Files.createDirectories(fresh.resolve(ROOT));
      inherit(root, lower);
      LayerUnpack.Unpacked made = unpack.overlay(() -> Files.newInputStream(packed), root, lower);
      if (!made.diffId().equals(layer.diffId())) {
        throw new IOException(
            "layer "
                + layer.blob()
                + " holds "
                + made.diffId()
                + ", its image says "
                + layer.diffId());
      }
      Files.write(
          fresh.resolve(RECORD),
          Trees.bytes(
              Trees.object()
                  .put("chainId", layer.chainId())
                  .put("diffId", layer.diffId())
                  .put("bytes", made.bytes())
                  .put("inodes", made.inodes())));
      try (Folder synced = Folder.of(fresh)) {
        synced.sync();
      }
      Path place = folder(layer.chainId());
      if (Files.exists(place)) {
        // Without its record it is no layer.
        FileTree.remove(place);
      }
      Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
      sync();
      LOG.log(Level.DEBUG, "layer unpacked chain={0} bytes={1}", layer.chainId(), made.bytes());
    } finally {
      FileTree.remove(fresh);
    }
  }

  private void sync() throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  /** A layer without an entry for the root itself has the root of the layer below. */
  private static void inherit(Path root, List<Path> lower) throws IOException {
    try (Folder own = Folder.of(root)) {
      own.chmod(".", 0755);
      if (!lower.isEmpty()) {
        copyAttributes(lower.getFirst(), own);
      }
    }
  }

  static void copyAttributes(Path from, Folder to) throws IOException {
    try (Folder model = Folder.of(from)) {
      FileStatus status = model.status("");
      to.chown(".", status.uid(), status.gid());
      to.chmod(".", status.mode() & FileStatus.PERMISSIONS);
      to.times(".", status.mtimeSeconds(), status.mtimeNanos());
    }
  }

  /** Removes the layers that nobody names. */
  void sweep(Set<String> used) throws IOException {
    Set<String> kept =
        used.stream()
            .map(chain -> chain.substring(chain.indexOf(':') + 1))
            .collect(java.util.stream.Collectors.toSet());
    List<Path> gone = new ArrayList<>();
    for (Path layer : list(directory)) {
      if (!kept.contains(layer.getFileName().toString())) {
        Path grave = work.resolve("unused-" + works.incrementAndGet());
        gone.add(Files.move(layer, grave, StandardCopyOption.ATOMIC_MOVE));
      }
    }
    for (Path grave : gone) {
      remove(grave);
    }
  }

  /** By the records; a damaged one counts nothing. */
  Size size() throws IOException {
    long bytes = 0;
    long inodes = 0;
    for (Path layer : list(directory)) {
      JsonNode record = record(layer);
      bytes += record.path("bytes").asLong();
      inodes += record.path("inodes").asLong();
    }
    return new Size(bytes, inodes);
  }

  private static JsonNode record(Path layer) {
    try {
      return Trees.parse(Files.readAllBytes(layer.resolve(RECORD)));
    } catch (IOException | IllegalArgumentException e) {
      return Trees.missing();
    }
  }
}
