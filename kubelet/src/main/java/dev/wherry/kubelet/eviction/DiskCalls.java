package dev.wherry.kubelet.eviction;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What the JDK does not tell of disks: statvfs(3) and statx(2). Both may block in the kernel: for
 * platform threads only.
 */
final class DiskCalls {
  private static final Linker LINKER = Linker.nativeLinker();

  /** Generous: both structures are smaller on all of Linux' 64-bit machines. */
  private static final long STRUCT_BYTES = 512;

  private static final long STATVFS_FRSIZE = 8;
  private static final long STATVFS_BLOCKS = 16;
  private static final long STATVFS_BAVAIL = 32;
  private static final long STATVFS_FILES = 40;
  private static final long STATVFS_FAVAIL = 56;

  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int STATX_NLINK_INO_BLOCKS = 0x4 | 0x100 | 0x400;
  private static final long STATX_NLINK = 16;
  private static final long STATX_INO = 32;
  private static final long STATX_BLOCKS = 48;
  private static final long BLOCK_BYTES = 512;

  private final MethodHandle statvfs =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("statvfs"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
  private final MethodHandle statx =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("statx"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS));

  /** A file system's bytes and inodes, available to those who are not root. */
  record Space(Observed bytes, Observed inodes) {}

  /** What one file takes of its disk. */
  record Taken(long bytes, long inode, long links) {}

  Space space(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(STRUCT_BYTES, Long.BYTES);
      if ((int) statvfs.invokeExact(arena.allocateFrom(path.toString()), out) != 0) {
        throw new IOException("no statvfs of " + path);
      }
      long unit = out.get(ValueLayout.JAVA_LONG, STATVFS_FRSIZE);
      return new Space(
          new Observed(
              out.get(ValueLayout.JAVA_LONG, STATVFS_BAVAIL) * unit,
              out.get(ValueLayout.JAVA_LONG, STATVFS_BLOCKS) * unit),
          new Observed(
              out.get(ValueLayout.JAVA_LONG, STATVFS_FAVAIL),
              out.get(ValueLayout.JAVA_LONG, STATVFS_FILES)));
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("statvfs failed", e);
    }
  }

  /** Of the file itself where it is a link. */
  Taken taken(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(STRUCT_BYTES, Long.BYTES);
      int result =
          (int)
              statx.invokeExact(
                  AT_FDCWD,
                  arena.allocateFrom(path.toString()),
                  AT_SYMLINK_NOFOLLOW,
                  STATX_NLINK_INO_BLOCKS,
                  out);
      if (result != 0) {
        throw new IOException("no statx of " + path);
      }
      return new Taken(
          out.get(ValueLayout.JAVA_LONG, STATX_BLOCKS) * BLOCK_BYTES,
          out.get(ValueLayout.JAVA_LONG, STATX_INO),
          out.get(ValueLayout.JAVA_INT, STATX_NLINK));
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("statx failed", e);
    }
  }
}
