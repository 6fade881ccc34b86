package dev.wherry.runtime.images.layer;

import dev.wherry.runtime.images.system.FileStatus;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.Folder;
import dev.wherry.runtime.images.system.KernelException;
import dev.wherry.runtime.images.system.NewFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Makes an archive's entries in a layer's folder. */
final class LayerEntries {
  private static final int NEW_FILE_MODE = 0600;
  private static final int NEW_FOLDER_MODE = 0700;
  private static final String CAPABILITY = "security.capability";
  private static final String USER = "user.";
  private static final String USER_OVERLAY = "user.overlay.";

  private final LayerPaths paths;
  private final LayerFiles files;
  private final LayerTimes times = new LayerTimes();
  private long made;

  LayerEntries(LayerPaths paths, LayerFiles files) {
    this.paths = paths;
    this.files = files;
  }

  long made() {
    return made;
  }

  void finish() throws IOException {
    times.set(paths);
  }

  void apply(TarEntry entry, List<String> parts, TarStream tar) throws IOException {
    if (parts.isEmpty()) {
      if (entry.kind() == TarEntry.Kind.DIRECTORY) {
        attributes(paths.root(), ".", entry);
        times.remember(parts, entry);
      }
      return;
    }
    String name = parts.getLast();
    Before before = before(paths.folder(LayerPaths.folderOf(parts)), name, entry, parts);
    Folder in = paths.folder(LayerPaths.folderOf(parts));
    switch (entry.kind()) {
      case FILE -> {
        try (NewFile file = in.create(name, NEW_FILE_MODE)) {
          files.write(entry, tar, file);
        }
      }
      case DIRECTORY -> folder(in, name, before);
      case SYMBOLIC_LINK -> in.symlink(entry.linkName(), name);
      case HARD_LINK -> hardLink(in, name, entry, before);
      case CHARACTER_DEVICE -> node(in, name, FileStatus.CHARACTER, entry);
      case BLOCK_DEVICE -> node(in, name, FileStatus.BLOCK, entry);
      case FIFO -> node(in, name, FileStatus.FIFO, entry);
    }
    if (before != Before.SAME) {
      made++;
    }
    if (entry.kind() == TarEntry.Kind.DIRECTORY) {
      times.remember(parts, entry);
    }
    if (entry.kind() != TarEntry.Kind.HARD_LINK) {
      attributes(in, name, entry);
    }
  }

  /** What had the name before. */
  private enum Before {
    NOTHING,
    /** What the entry means is there. */
    SAME,
    /** A mark that a lower name is removed. */
    WHITEOUT
  }

  private Before before(Folder in, String name, TarEntry entry, List<String> parts)
      throws IOException {
    FileStatus status;
    try {
      status = in.status(name);
    } catch (KernelException e) {
      if (e.errno() == KernelException.ENOENT) {
        return Before.NOTHING;
      }
      throw e;
    }
    boolean toItself =
        entry.kind() == TarEntry.Kind.HARD_LINK && LayerPaths.parts(entry.linkName()).equals(parts);
    if (toItself || (status.isDirectory() && entry.kind() == TarEntry.Kind.DIRECTORY)) {
      return Before.SAME;
    }
    FileTree.remove(in, name);
    paths.changed();
    return status.isWhiteout() ? Before.WHITEOUT : Before.NOTHING;
  }

  private static void folder(Folder in, String name, Before before) throws IOException {
    if (before == Before.SAME) {
      return;
    }
    in.mkdir(name, NEW_FOLDER_MODE);
    if (before == Before.WHITEOUT) {
      in.xattr(name, LayerPaths.OPAQUE, LayerPaths.YES);
    }
  }

  private void hardLink(Folder in, String name, TarEntry entry, Before before) throws IOException {
    if (before == Before.SAME) {
      return;
    }
    List<String> target = LayerPaths.parts(entry.linkName());
    if (target.isEmpty()) {
      throw new LayerException("a hard link to nothing: " + entry.readable());
    }
    try (Folder from = paths.existing(LayerPaths.folderOf(target))) {
      in.link(from, target.getLast(), name);
    } catch (KernelException e) {
      throw new LayerException(
          "a hard link to what is not in the layer: "
              + entry.readable()
              + " -> "
              + TarEntry.readable(entry.linkName()),
          e);
    }
  }

  private static void node(Folder in, String name, int type, TarEntry entry) throws IOException {
    in.mknod(name, type | NEW_FILE_MODE, entry.deviceMajor(), entry.deviceMinor());
  }

  private static void attributes(Folder in, String name, TarEntry entry) throws IOException {
    in.chown(name, entry.uid(), entry.gid());
    boolean link = entry.kind() == TarEntry.Kind.SYMBOLIC_LINK;
    if (!link) {
      in.chmod(name, entry.mode());
    }
    boolean holds = entry.kind() == TarEntry.Kind.FILE || entry.kind() == TarEntry.Kind.DIRECTORY;
    for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
      if (holds && isAllowed(xattr.getKey())) {
        xattr(in, name, xattr.getKey(), xattr.getValue());
      }
    }
    if (entry.kind() != TarEntry.Kind.DIRECTORY) {
      in.times(name, entry.mtimeSeconds(), entry.mtimeNanos());
    }
  }

  // Others would steer the overlay, or a security module of this host.
  private static boolean isAllowed(String key) {
    return key.equals(CAPABILITY) || (key.startsWith(USER) && !key.startsWith(USER_OVERLAY));
  }

  private static void xattr(Folder in, String name, String key, byte[] value)
      throws KernelException {
    try {
      in.xattr(name, key, value);
    } catch (KernelException e) {
      if (e.errno() != KernelException.EOPNOTSUPP) {
        throw e;
      }
    }
  }
}
