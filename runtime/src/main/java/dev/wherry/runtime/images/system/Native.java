package dev.wherry.runtime.images.system;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/** How libc is called: handles with an error number, and names as C strings. */
final class Native {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"),
          FunctionDescriptor.of(ValueLayout.ADDRESS, INT));
  private static final int REASON_BYTES_MAX = 128;

  private Native() {}

  /** A call with memory that lives as long as it, and room for the error number. */
  @FunctionalInterface
  interface Call {
    long run(Arena arena, MemorySegment state) throws Throwable;
  }

  static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.captureCallState("errno"));
  }

  /** {@code syscall(2)} with the arguments of one system call. */
  static MethodHandle systemCall(MemoryLayout... arguments) {
    MemoryLayout[] all = new MemoryLayout[arguments.length + 1];
    all[0] = LONG;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(LONG, all),
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(1));
  }

  static long checked(String name, String subject, Call call) throws KernelException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      long result = call.run(arena, state);
      if (result < 0) {
        int errno = (int) ERRNO.get(state, 0L);
        throw new KernelException(name, subject, errno, reason(errno));
      }
      return result;
    } catch (KernelException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call failed", e);
    }
  }

  /** A name's raw bytes with the final zero. */
  static MemorySegment text(Arena arena, String raw) {
    if (raw.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name with a zero byte");
    }
    return arena.allocateFrom(raw, StandardCharsets.ISO_8859_1);
  }

  private static String reason(int errno) throws Throwable {
    MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
    return text.reinterpret(REASON_BYTES_MAX).getString(0) + " (errno " + errno + ")";
  }
}
