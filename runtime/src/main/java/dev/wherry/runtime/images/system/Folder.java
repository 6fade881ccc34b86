package dev.wherry.runtime.images.system;

import static dev.wherry.runtime.images.system.Native.INT;
import static dev.wherry.runtime.images.system.Native.LONG;
import static dev.wherry.runtime.images.system.Native.POINTER;
import static dev.wherry.runtime.images.system.Native.checked;
import static dev.wherry.runtime.images.system.Native.function;
import static dev.wherry.runtime.images.system.Native.systemCall;
import static dev.wherry.runtime.images.system.Native.text;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * An open directory and what can be done with the names in it. No call follows a symbolic link out
 * of it: the last part of a name is never followed, and {@link #open} resolves longer paths as if
 * this folder were the root (openat2 with RESOLVE_IN_ROOT, Linux 5.6).
 *
 * @param descriptor owned by this folder
 */
public record Folder(int descriptor) implements AutoCloseable {
  private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
  private static final long OPENAT2 = 437;
  private static final long O_WRITE_ONLY = 1;
  private static final long O_CREATE = 0x40;
  private static final long O_EXCLUSIVE = 0x80;
  private static final long O_DIRECTORY = ARM ? 0x4000 : 0x10000;
  private static final long O_NOFOLLOW = ARM ? 0x8000 : 0x20000;
  private static final long O_CLOEXEC = 0x80000;
  private static final long O_PATH = 0x200000;
  private static final long RESOLVE_NO_XDEV = 1;
  private static final long RESOLVE_NO_MAGICLINKS = 2;
  private static final long RESOLVE_NO_SYMLINKS = 4;
  private static final long RESOLVE_BENEATH = 8;
  private static final long RESOLVE_IN_ROOT = 16;
  static final int AT_FDCWD = -100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final long HOW_BYTES = 24;
  private static final long TIMESPEC_BYTES = 16;

  private static final MethodHandle OPEN = systemCall(INT, POINTER, POINTER, LONG);
  private static final MethodHandle MKDIR = function("mkdirat", INT, INT, POINTER, INT);
  private static final MethodHandle SYMLINK = function("symlinkat", INT, POINTER, INT, POINTER);
  private static final MethodHandle LINK = function("linkat", INT, INT, POINTER, INT, POINTER, INT);
  private static final MethodHandle MKNOD = function("mknodat", INT, INT, POINTER, INT, LONG);
  private static final MethodHandle UNLINK = function("unlinkat", INT, INT, POINTER, INT);
  private static final MethodHandle RENAME = function("renameat", INT, INT, POINTER, INT, POINTER);
  private static final MethodHandle CHOWN = function("fchownat", INT, INT, POINTER, INT, INT, INT);
  private static final MethodHandle CHMOD = function("fchmodat", INT, INT, POINTER, INT, INT);
  private static final MethodHandle TIMES = function("utimensat", INT, INT, POINTER, POINTER, INT);
  private static final MethodHandle XATTR =
      function("lsetxattr", INT, POINTER, POINTER, POINTER, LONG, INT);

  /** Opens a folder of ours by its path, which must be no symbolic link. */
  public static Folder of(Path path) throws KernelException {
    String raw = raw(path);
    return new Folder(open(AT_FDCWD, raw, O_DIRECTORY | O_NOFOLLOW, 0, RESOLVE_NO_MAGICLINKS));
  }

  /** A path of this program as raw bytes. */
  public static String raw(Path path) {
    byte[] utf8 = path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    return new String(utf8, StandardCharsets.ISO_8859_1);
  }

  static int open(int from, String path, long flags, long mode, long resolve)
      throws KernelException {
    return (int)
        checked(
            "open",
            path,
            (arena, state) -> {
              MemorySegment how = arena.allocate(HOW_BYTES, Long.BYTES);
              how.set(ValueLayout.JAVA_LONG, 0, flags | O_CLOEXEC);
              how.set(ValueLayout.JAVA_LONG, Long.BYTES, mode);
              how.set(ValueLayout.JAVA_LONG, 2 * Long.BYTES, resolve);
              MemorySegment name = text(arena, path);
              return (long) OPEN.invokeExact(state, OPENAT2, from, name, how, HOW_BYTES);
            });
  }

  /** A folder below this one; links on the way are followed as if this were the root. */
  public Folder open(String path) throws KernelException {
    long resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    return new Folder(open(descriptor, path, O_DIRECTORY | O_PATH, 0, resolve));
  }

  /** A folder right in this one, to be read; a link is refused. */
  public Folder child(String name) throws KernelException {
    return new Folder(
        open(descriptor, name, O_DIRECTORY | O_NOFOLLOW, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
  }

  /** A new file right in this folder, open for writing; EEXIST whatever has the name already. */
  public NewFile create(String name, int mode) throws KernelException {
    long flags = O_WRITE_ONLY | O_CREATE | O_EXCLUSIVE | O_NOFOLLOW;
    long resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return new NewFile(open(descriptor, name, flags, mode, resolve), name);
  }

  /** Makes a folder. */
  public void mkdir(String name, int mode) throws KernelException {
    checked(
        "mkdir",
        name,
        (arena, state) -> (int) MKDIR.invokeExact(state, descriptor, text(arena, name), mode));
  }

  /** Makes a symbolic link to any text. */
  public void symlink(String target, String name) throws KernelException {
    checked(
        "symlink",
        name,
        (arena, state) ->
            (int) SYMLINK.invokeExact(state, text(arena, target), descriptor, text(arena, name)));
  }

  /** Makes another name for a file; a symbolic link gets one itself. */
  public void link(Folder from, String target, String name) throws KernelException {
    checked(
        "link",
        name,
        (arena, state) ->
            (int)
                LINK.invokeExact(
                    state, from.descriptor, text(arena, target), descriptor, text(arena, name), 0));
  }

  /**
   * Makes a device node or a FIFO.
   *
   * @param mode with the type's bits
   */
  public void mknod(String name, int mode, int major, int minor) throws KernelException {
    long device = device(major, minor);
    checked(
        "mknod",
        name,
        (arena, state) ->
            (int) MKNOD.invokeExact(state, descriptor, text(arena, name), mode, device));
  }

  /** A device number as glibc packs it (gnu_dev_makedev). */
  static long device(int major, int minor) {
    long high = Integer.toUnsignedLong(major);
    long low = Integer.toUnsignedLong(minor);
    return (high & 0xfffff000L) << 32
        | (high & 0xfff) << 8
        | (low & 0xffffff00L) << 12
        | (low & 0xff);
  }

  /** Removes a name that is no folder. */
  public void unlink(String name) throws KernelException {
    remove(name, 0);
  }

  /** Removes an empty folder. */
  public void rmdir(String name) throws KernelException {
    remove(name, AT_REMOVEDIR);
  }

  private void remove(String name, int flags) throws KernelException {
    checked(
        "unlink",
        name,
        (arena, state) -> (int) UNLINK.invokeExact(state, descriptor, text(arena, name), flags));
  }

  /** Moves a name into another folder of the same file system. */
  public void rename(String name, Folder to, String newName) throws KernelException {
    checked(
        "rename",
        name,
        (arena, state) ->
            (int)
                RENAME.invokeExact(
                    state, descriptor, text(arena, name), to.descriptor, text(arena, newName)));
  }

  /** Gives a name an owner; takes set-id bits and capabilities away, so it comes before them. */
  public void chown(String name, int uid, int gid) throws KernelException {
    checked(
        "chown",
        name,
        (arena, state) ->
            (int)
                CHOWN.invokeExact(
                    state, descriptor, text(arena, name), uid, gid, AT_SYMLINK_NOFOLLOW));
  }

  /** Sets the permission bits of a name that is known to be no symbolic link. */
  public void chmod(String name, int mode) throws KernelException {
    checked(
        "chmod",
        name,
        (arena, state) -> (int) CHMOD.invokeExact(state, descriptor, text(arena, name), mode, 0));
  }

  /** Sets when a name was last used and changed, links themselves. */
  public void times(String name, long seconds, long nanos) throws KernelException {
    checked(
        "utimens",
        name,
        (arena, state) -> {
          MemorySegment both = arena.allocate(2 * TIMESPEC_BYTES, Long.BYTES);
          for (long at = 0; at < 2 * TIMESPEC_BYTES; at += TIMESPEC_BYTES) {
            both.set(ValueLayout.JAVA_LONG, at, seconds);
            both.set(ValueLayout.JAVA_LONG, at + Long.BYTES, nanos);
          }
          return (int)
              TIMES.invokeExact(state, descriptor, text(arena, name), both, AT_SYMLINK_NOFOLLOW);
        });
  }

  /** Sets an extended attribute of a name, of links themselves. */
  public void xattr(String name, String key, byte[] value) throws KernelException {
    String path = "/proc/self/fd/" + descriptor + (name.isEmpty() ? "/." : "/" + name);
    checked(
        "setxattr " + key,
        name,
        (arena, state) -> {
          MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, value);
          return (int)
              XATTR.invokeExact(
                  state, text(arena, path), text(arena, key), bytes, (long) value.length, 0);
        });
  }

  /** What a name is; the name may be empty for this folder. */
  public FileStatus status(String name) throws KernelException {
    return FileStatus.read(descriptor, name);
  }

  /** Brings everything of this folder's file system to the disk. */
  public void sync() throws KernelException {
    Descriptors.sync(descriptor);
  }

  @Override
  public void close() {
    Descriptors.close(descriptor);
  }
}
