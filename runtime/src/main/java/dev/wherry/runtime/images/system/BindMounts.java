package dev.wherry.runtime.images.system;

import static dev.wherry.runtime.images.system.Native.INT;
import static dev.wherry.runtime.images.system.Native.LONG;
import static dev.wherry.runtime.images.system.Native.POINTER;
import static dev.wherry.runtime.images.system.Native.checked;
import static dev.wherry.runtime.images.system.Native.systemCall;
import static dev.wherry.runtime.images.system.Native.text;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files and folders at a second place, with other owners where asked: open_tree, mount_setattr and
 * move_mount (Linux 5.12; that overlays take such folders, 5.19; that a tmpfs does, 6.3). Their
 * numbers are the same on every architecture.
 */
public final class BindMounts {
  private static final long OPEN_TREE = 428;
  private static final long MOVE_MOUNT = 429;
  private static final long MOUNT_SETATTR = 442;
  private static final int CLONE_RECURSIVELY = 1 | 0x8000 | 0x80000;
  private static final int SOURCE_IS_DESCRIPTOR = 4;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final long MAP_IDS = 0x100000;
  private static final long ATTRIBUTES_BYTES = 32;
  private static final long NAMESPACE_AT = 24;

  private static final MethodHandle CLONE = systemCall(INT, POINTER, INT);
  private static final MethodHandle CHANGE = systemCall(INT, POINTER, INT, POINTER, LONG);
  private static final MethodHandle MOVE = systemCall(INT, POINTER, INT, POINTER, INT);

  private BindMounts() {}

  /**
   * Mounts what is at the source, with all that is mounted below it, at the target too.
   *
   * @param target there, a folder for a folder and a file for a file
   * @param userNamespace a namespace's file; ids inside stand for the owners of the files
   *     themselves, not of what is mounted below
   * @throws KernelException when the source's file system knows no such owners (EINVAL), too
   */
  public static void bind(Path source, Path target, Optional<Path> userNamespace)
      throws IOException {
    String from = Folder.raw(source);
    int tree =
        (int)
            checked(
                "open_tree",
                from,
                (arena, state) ->
                    (long)
                        CLONE.invokeExact(
                            state,
                            OPEN_TREE,
                            Folder.AT_FDCWD,
                            text(arena, from),
                            CLONE_RECURSIVELY));
    try {
      if (userNamespace.isPresent()) {
        mapIds(tree, from, userNamespace.get());
      }
      String to = Folder.raw(target);
      checked(
          "move_mount",
          to,
          (arena, state) ->
              (long)
                  MOVE.invokeExact(
                      state,
                      MOVE_MOUNT,
                      tree,
                      text(arena, ""),
                      Folder.AT_FDCWD,
                      text(arena, to),
                      SOURCE_IS_DESCRIPTOR));
    } finally {
      Descriptors.close(tree);
    }
  }

  private static void mapIds(int tree, String name, Path userNamespace) throws KernelException {
    int namespace = Folder.open(Folder.AT_FDCWD, Folder.raw(userNamespace), 0, 0, 0);
    try {
      checked(
          "mount_setattr",
          name,
          (arena, state) -> {
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, Long.BYTES);
            attributes.set(ValueLayout.JAVA_LONG, 0, MAP_IDS);
            attributes.set(ValueLayout.JAVA_LONG, NAMESPACE_AT, namespace);
            return (long)
                CHANGE.invokeExact(
                    state,
                    MOUNT_SETATTR,
                    tree,
                    text(arena, ""),
                    AT_EMPTY_PATH,
                    attributes,
                    ATTRIBUTES_BYTES);
          });
    } finally {
      Descriptors.close(namespace);
    }
  }
}
