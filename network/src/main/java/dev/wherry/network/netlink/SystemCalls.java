package dev.wherry.network.netlink;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The few calls of libc that sockets of this kind need; Java has no netlink. A negative result is
 * an error number with its sign turned. Constants and layouts are the same on x86-64 and arm64.
 */
final class SystemCalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle SOCKET = call("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = call("bind", INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle OPTION =
      call("setsockopt", INT, INT, INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle SEND = call("send", LONG, INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle RECEIVE =
      call("recv", LONG, INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle POLL = call("poll", INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle EVENT = call("eventfd", INT, INT, INT);
  private static final MethodHandle READ = call("read", LONG, INT, ValueLayout.ADDRESS, LONG);
  private static final MethodHandle WRITE = call("write", LONG, INT, ValueLayout.ADDRESS, LONG);
  private static final MethodHandle CLOSE = call("close", INT, INT);

  private SystemCalls() {}

  private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.captureCallState("errno"));
  }

  /** A call with room for the error number. */
  @FunctionalInterface
  private interface Native {
    long run(MemorySegment state) throws Throwable;
  }

  private static long checked(Native call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CAPTURED);
      long result = call.run(state);
      return result < 0 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native call failed", e);
    }
  }

  static int socket(int domain, int type, int protocol) {
    return (int) checked(state -> (int) SOCKET.invokeExact(state, domain, type, protocol));
  }

  static int bind(int socket, MemorySegment address) {
    int length = (int) address.byteSize();
    return (int) checked(state -> (int) BIND.invokeExact(state, socket, address, length));
  }

  static int option(int socket, int level, int name, MemorySegment value) {
    int length = (int) value.byteSize();
    return (int)
        checked(state -> (int) OPTION.invokeExact(state, socket, level, name, value, length));
  }

  static long send(int socket, MemorySegment bytes) {
    long length = bytes.byteSize();
    return checked(state -> (long) SEND.invokeExact(state, socket, bytes, length, 0));
  }

  static long receive(int socket, MemorySegment buffer, int flags) {
    long length = buffer.byteSize();
    return checked(state -> (long) RECEIVE.invokeExact(state, socket, buffer, length, flags));
  }

  /**
   * @param count of the structs pollfd in {@code descriptors}
   */
  static int poll(MemorySegment descriptors, long count, int timeoutMillis) {
    return (int) checked(state -> (int) POLL.invokeExact(state, descriptors, count, timeoutMillis));
  }

  static int eventDescriptor() {
    return (int) checked(state -> (int) EVENT.invokeExact(state, 0, 0x80000 | 0x800));
  }

  static long read(int descriptor, MemorySegment buffer) {
    long length = buffer.byteSize();
    return checked(state -> (long) READ.invokeExact(state, descriptor, buffer, length));
  }

  static long write(int descriptor, MemorySegment bytes) {
    long length = bytes.byteSize();
    return checked(state -> (long) WRITE.invokeExact(state, descriptor, bytes, length));
  }

  static void close(int descriptor) {
    long _ = checked(state -> (int) CLOSE.invokeExact(state, descriptor));
  }
}
