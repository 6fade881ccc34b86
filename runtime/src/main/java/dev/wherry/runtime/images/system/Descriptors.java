package dev.wherry.runtime.images.system;

import static dev.wherry.runtime.images.system.Native.INT;
import static dev.wherry.runtime.images.system.Native.LONG;
import static dev.wherry.runtime.images.system.Native.POINTER;
import static dev.wherry.runtime.images.system.Native.checked;
import static dev.wherry.runtime.images.system.Native.function;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What is done with open descriptors. */
final class Descriptors {
  private static final MethodHandle CLOSE = function("close", INT, INT);
  private static final MethodHandle SYNC = function("syncfs", INT, INT);
  private static final MethodHandle WRITE = function("pwrite", LONG, INT, POINTER, LONG, LONG);
  private static final MethodHandle TRUNCATE = function("ftruncate", INT, INT, LONG);
  private static final MethodHandle LIST = function("getdents64", LONG, INT, POINTER, LONG);

  private Descriptors() {}

  static void close(int descriptor) {
    try {
      checked("close", "", (_, state) -> (int) CLOSE.invokeExact(state, descriptor));
    } catch (KernelException e) {
      // Linux has closed it all the same; writes are checked by sync.
    }
  }

  static void sync(int descriptor) throws KernelException {
    checked("syncfs", "", (_, state) -> (int) SYNC.invokeExact(state, descriptor));
  }

  static long write(int descriptor, String name, MemorySegment bytes, long position)
      throws KernelException {
    long length = bytes.byteSize();
    return checked(
        "write",
        name,
        (_, state) -> (long) WRITE.invokeExact(state, descriptor, bytes, length, position));
  }

  static void truncate(int descriptor, String name, long length) throws KernelException {
    checked("truncate", name, (_, state) -> (int) TRUNCATE.invokeExact(state, descriptor, length));
  }

  /** Bytes of directory entries read; 0 at the end. */
  static long list(int descriptor, MemorySegment buffer) throws KernelException {
    long length = buffer.byteSize();
    return checked(
        "readdir", "", (_, state) -> (long) LIST.invokeExact(state, descriptor, buffer, length));
  }
}
