package dev.wherry.runtime.images.system;

import static dev.wherry.runtime.images.system.Native.INT;
import static dev.wherry.runtime.images.system.Native.LONG;
import static dev.wherry.runtime.images.system.Native.POINTER;
import static dev.wherry.runtime.images.system.Native.checked;
import static dev.wherry.runtime.images.system.Native.function;
import static dev.wherry.runtime.images.system.Native.text;

import dev.wherry.runtime.MountTable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * mount(2), umount2(2) and the kernel's table of mounts, the only record of them that is believed.
 */
public final class KernelMounts {
  private static final long READ_ONLY_NO_SUID_DEV_EXEC = 1 | 2 | 4 | 8;
  private static final long PAGE_BYTES = 4096;
  private static final int DETACH = 2;
  private static final int NOFOLLOW = 8;

  private static final MethodHandle MOUNT =
      function("mount", INT, POINTER, POINTER, POINTER, LONG, POINTER);
  private static final MethodHandle UNMOUNT = function("umount2", INT, POINTER, INT);

  private KernelMounts() {}

  /**
   * Mounts an overlay that can be written to.
   *
   * @param lower the topmost first
   */
  public static void overlay(Path target, List<Path> lower, Path upper, Path work)
      throws IOException {
    overlay(target, lower, ",upperdir=" + Folder.raw(upper) + ",workdir=" + Folder.raw(work), 0);
  }

  /** Mounts an overlay that nobody can write to or run from. */
  public static void overlayReadOnly(Path target, List<Path> lower) throws IOException {
    overlay(target, lower, "", READ_ONLY_NO_SUID_DEV_EXEC);
  }

  private static void overlay(Path target, List<Path> lower, String writable, long flags)
      throws IOException {
    String plain = options(lower.stream().map(Folder::raw).toList(), writable);
    if (plain.length() < PAGE_BYTES) {
      mount("overlay", Folder.raw(target), "overlay", flags, plain);
      return;
    }
    // The options must fit into a page: descriptors have shorter names.
    List<Folder> open = new ArrayList<>();
    try {
      for (Path path : lower) {
        open.add(Folder.of(path));
      }
      List<String> names =
          open.stream().map(folder -> "/proc/self/fd/" + folder.descriptor()).toList();
      mount("overlay", Folder.raw(target), "overlay", flags, options(names, writable));
    } finally {
      open.forEach(Folder::close);
    }
  }

  private static String options(List<String> lower, String writable) {
    return "index=off,lowerdir=" + String.join(":", lower) + writable;
  }

  private static void mount(String source, String target, String type, long flags, String options)
      throws KernelException {
    checked(
        "mount",
        target,
        (arena, state) -> {
          MemorySegment data = text(arena, options);
          return (int)
              MOUNT.invokeExact(
                  state, text(arena, source), text(arena, target), text(arena, type), flags, data);
        });
  }

  /** Takes away whatever is mounted at the path, at once, even while it is used. */
  public static void unmount(Path target) throws IOException {
    while (isMounted(target)) {
      checked(
          "umount",
          Folder.raw(target),
          (arena, state) ->
              (int) UNMOUNT.invokeExact(state, text(arena, Folder.raw(target)), DETACH | NOFOLLOW));
    }
  }

  /** Whether something is mounted right at the path. */
  public static boolean isMounted(Path target) throws IOException {
    return MountTable.read().isMounted(target);
  }
}
