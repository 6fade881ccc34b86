package dev.wherry.runtime.images.system;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Trees that somebody else filled: names of any bytes, any depth, links anywhere. Nothing is
 * followed, and a deep tree costs no deep stack.
 */
public final class FileTree {
  /** Folders open at once; a deeper one is moved to the top before it is removed. */
  private static final int DEPTH_MAX = 64;

  /** Below this depth nothing is counted any more. */
  private static final int COUNTED_DEPTH_MAX = 1024;

  private static final int LISTING_BYTES = 32 * 1024;
  private static final int RECORD_LENGTH_AT = 16;
  private static final int NAME_AT = 19;

  /** Inodes with several names that a count remembers; more are counted once a name. */
  private static final int SHARED_MAX = 200_000;

  private FileTree() {}

  /**
   * What a tree takes.
   *
   * @param bytes on the disk
   * @param inodes the top folder too
   */
  public record Size(long bytes, long inodes) {}

  /** The names in a folder that can be read, without {@code .} and {@code ..}. */
  public static List<String> names(Folder folder) throws KernelException {
    List<String> names = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(LISTING_BYTES, Long.BYTES);
      long length = Descriptors.list(folder.descriptor(), buffer);
      while (length > 0) {
        collect(buffer, length, names);
        length = Descriptors.list(folder.descriptor(), buffer);
      }
    }
    return names;
  }

  private static void collect(MemorySegment buffer, long length, List<String> names) {
    long at = 0;
    while (at < length) {
      int record =
          Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + RECORD_LENGTH_AT));
      String name = buffer.getString(at + NAME_AT, java.nio.charset.StandardCharsets.ISO_8859_1);
      if (!name.equals(".") && !name.equals("..")) {
        names.add(name);
      }
      at += record;
    }
  }

  /** Removes a tree by its path; nothing happens when there is none. */
  public static void remove(Path tree) throws IOException {
    Path parent = tree.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("the root is not removed");
    }
    Folder folder;
    try {
      folder = Folder.of(parent);
    } catch (KernelException e) {
      if (e.errno() == KernelException.ENOENT) {
        return;
      }
      throw e;
    }
    try (folder) {
      String name = Folder.raw(tree);
      remove(folder, name.substring(name.lastIndexOf('/') + 1));
    }
  }

  /** Removes a name in a folder with all below it. */
  public static void remove(Folder top, String name) throws KernelException {
    List<String> deep = new ArrayList<>();
    remove(top, name, top, deep, 0);
    while (!deep.isEmpty()) {
      remove(top, deep.removeLast(), top, deep, 0);
    }
  }

  private static void remove(Folder folder, String name, Folder top, List<String> deep, int depth)
      throws KernelException {
    if (removedPlain(folder, name)) {
      return;
    }
    if (depth >= DEPTH_MAX) {
      String moved = ".deep-" + folder.status(name).inode();
      folder.rename(name, top, moved);
      deep.add(moved);
      return;
    }
    try (Folder child = folder.child(name)) {
      // Entries may be passed over while others are removed: list again until none is left.
      for (List<String> names = names(child); !names.isEmpty(); names = relisted(folder, name)) {
        for (String below : names) {
          remove(child, below, top, deep, depth + 1);
        }
      }
    }
    folder.rmdir(name);
  }

  private static List<String> relisted(Folder folder, String name) throws KernelException {
    try (Folder again = folder.child(name)) {
      return names(again);
    }
  }

  /** Whether the name is gone now; false for a folder. */
  private static boolean removedPlain(Folder folder, String name) throws KernelException {
    try {
      folder.unlink(name);
      return true;
    } catch (KernelException e) {
      return switch (e.errno()) {
        case KernelException.ENOENT -> true;
        case KernelException.EISDIR, KernelException.EPERM -> false;
        default -> throw e;
      };
    }
  }

  /** Counts a tree; one that is not there takes nothing. */
  public static Size size(Path tree) throws KernelException {
    try (Folder folder = Folder.of(tree)) {
      FileStatus own = folder.status("");
      long[] sums = {own.diskBytes(), 1};
      count(folder, sums, new HashSet<>(), 0);
      return new Size(sums[0], sums[1]);
    } catch (KernelException e) {
      if (e.errno() == KernelException.ENOENT) {
        return new Size(0, 0);
      }
      throw e;
    }
  }

  private static void count(Folder folder, long[] sums, Set<Long> shared, int depth)
      throws KernelException {
    for (String name : names(folder)) {
      try {
        FileStatus status = folder.status(name);
        boolean known =
            !status.isDirectory()
                && status.links() > 1
                && shared.size() < SHARED_MAX
                && !shared.add(status.inode());
        if (!known) {
          sums[0] += status.diskBytes();
          sums[1]++;
        }
        if (status.isDirectory() && depth < COUNTED_DEPTH_MAX) {
          try (Folder child = folder.child(name)) {
            count(child, sums, shared, depth + 1);
          }
        }
      } catch (KernelException e) {
        // A running container removes files meanwhile.
        if (e.errno() != KernelException.ENOENT) {
          throw e;
        }
      }
    }
  }
}
