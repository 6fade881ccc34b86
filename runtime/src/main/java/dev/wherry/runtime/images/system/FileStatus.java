package dev.wherry.runtime.images.system;

import static dev.wherry.runtime.images.system.Native.INT;
import static dev.wherry.runtime.images.system.Native.POINTER;
import static dev.wherry.runtime.images.system.Native.checked;
import static dev.wherry.runtime.images.system.Native.function;
import static dev.wherry.runtime.images.system.Native.text;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What statx(2) says of a name, without following it.
 *
 * @param mode type and permission bits
 * @param inode its number
 * @param links how many names it has
 * @param diskBytes what it takes on the disk
 * @param deviceMajor of the device that a node stands for
 */
public record FileStatus(
    int mode,
    int uid,
    int gid,
    long inode,
    int links,
    long sizeBytes,
    long diskBytes,
    long mtimeSeconds,
    int mtimeNanos,
    int deviceMajor,
    int deviceMinor) {
  /** The bits of the mode that hold the type. */
  public static final int TYPE = 0170000;

  /** A folder. */
  public static final int DIRECTORY = 0040000;

  /** A regular file. */
  public static final int REGULAR = 0100000;

  /** A character device. */
  public static final int CHARACTER = 0020000;

  /** A block device. */
  public static final int BLOCK = 0060000;

  /** A FIFO. */
  public static final int FIFO = 0010000;

  /** A symbolic link. */
  public static final int LINK = 0120000;

  /** The bits that chmod sets. */
  public static final int PERMISSIONS = 07777;

  private static final int BUFFER_BYTES = 256;
  private static final int BASIC_STATS = 0x7ff;
  private static final int NOFOLLOW_EMPTY_NO_AUTOMOUNT = 0x100 | 0x1000 | 0x800;
  private static final int SECTOR_BYTES = 512;
  private static final MethodHandle STATX = function("statx", INT, INT, POINTER, INT, INT, POINTER);

  static FileStatus read(int folder, String name) throws KernelException {
    FileStatus[] read = new FileStatus[1];
    checked(
        "stat",
        name,
        (arena, state) -> {
          MemorySegment buffer = arena.allocate(BUFFER_BYTES, Long.BYTES);
          int result =
              (int)
                  STATX.invokeExact(
                      state,
                      folder,
                      text(arena, name),
                      NOFOLLOW_EMPTY_NO_AUTOMOUNT,
                      BASIC_STATS,
                      buffer);
          read[0] = of(buffer);
          return result;
        });
    return read[0];
  }

  private static FileStatus of(MemorySegment statx) {
    return new FileStatus(
        Short.toUnsignedInt(statx.get(ValueLayout.JAVA_SHORT, 0x1c)),
        statx.get(ValueLayout.JAVA_INT, 0x14),
        statx.get(ValueLayout.JAVA_INT, 0x18),
        statx.get(ValueLayout.JAVA_LONG, 0x20),
        statx.get(ValueLayout.JAVA_INT, 0x10),
        statx.get(ValueLayout.JAVA_LONG, 0x28),
        statx.get(ValueLayout.JAVA_LONG, 0x30) * SECTOR_BYTES,
        statx.get(ValueLayout.JAVA_LONG, 0x70),
        statx.get(ValueLayout.JAVA_INT, 0x78),
        statx.get(ValueLayout.JAVA_INT, 0x80),
        statx.get(ValueLayout.JAVA_INT, 0x84));
  }

  /** The type's bits. */
  public int type() {
    return mode & TYPE;
  }

  /** Whether it is a folder. */
  public boolean isDirectory() {
    return type() == DIRECTORY;
  }

  /** Whether overlayfs hides a lower name by it: the character device 0/0. */
  public boolean isWhiteout() {
    return type() == CHARACTER && deviceMajor == 0 && deviceMinor == 0;
  }
}
