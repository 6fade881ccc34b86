package dev.wherry.network.system;

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
 * The few calls of libc that sockets need which Java does not have: netlink, raw packets, sockets
 * that pass descriptors, and the few that devices need. A negative result is an error number with
 * its sign turned. Constants and layouts are the same on x86-64 and arm64.
 */
public final class SystemCalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle SOCKET = call("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = call("bind", INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle CONNECT = call("connect", INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle RECEIVE_MESSAGE =
      call("recvmsg", LONG, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle OPTION =
      call("setsockopt", INT, INT, INT, INT, ValueLayout.ADDRESS, INT);
  private static final MethodHandle GET_OPTION =
      call("getsockopt", INT, INT, INT, INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final MethodHandle SEND = call("send", LONG, INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle RECEIVE =
      call("recv", LONG, INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle POLL = call("poll", INT, ValueLayout.ADDRESS, LONG, INT);
  private static final MethodHandle EVENT = call("eventfd", INT, INT, INT);
  private static final MethodHandle READ = call("read", LONG, INT, ValueLayout.ADDRESS, LONG);
  private static final MethodHandle WRITE = call("write", LONG, INT, ValueLayout.ADDRESS, LONG);
  private static final MethodHandle CLOSE = call("close", INT, INT);
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CONTROL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(INT, INT, LONG, ValueLayout.ADDRESS),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));

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

  /** socket(2). */
  public static int socket(int domain, int type, int protocol) {
    return (int) checked(state -> (int) SOCKET.invokeExact(state, domain, type, protocol));
  }

  /** bind(2) to a struct sockaddr. */
  public static int bind(int socket, MemorySegment address) {
    int length = (int) address.byteSize();
    return (int) checked(state -> (int) BIND.invokeExact(state, socket, address, length));
  }

  /** connect(2) to a struct sockaddr. */
  public static int connect(int socket, MemorySegment address) {
    int length = (int) address.byteSize();
    return (int) checked(state -> (int) CONNECT.invokeExact(state, socket, address, length));
  }

  /** recvmsg(2) into a struct msghdr. */
  public static long receiveMessage(int socket, MemorySegment header, int flags) {
    return checked(state -> (long) RECEIVE_MESSAGE.invokeExact(state, socket, header, flags));
  }

  /** setsockopt(2). */
  public static int option(int socket, int level, int name, MemorySegment value) {
    int length = (int) value.byteSize();
    return (int)
        checked(state -> (int) OPTION.invokeExact(state, socket, level, name, value, length));
  }

  /** getsockopt(2) into the buffer, which has what is asked in it where the option wants that. */
  public static int getOption(int socket, int level, int name, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(INT, (int) value.byteSize());
      return (int)
          checked(state -> (int) GET_OPTION.invokeExact(state, socket, level, name, value, length));
    }
  }

  /** send(2) of all the bytes. */
  public static long send(int socket, MemorySegment bytes, int flags) {
    long length = bytes.byteSize();
    return checked(state -> (long) SEND.invokeExact(state, socket, bytes, length, flags));
  }

  /** recv(2) into the buffer. */
  public static long receive(int socket, MemorySegment buffer, int flags) {
    long length = buffer.byteSize();
    return checked(state -> (long) RECEIVE.invokeExact(state, socket, buffer, length, flags));
  }

  /**
   * poll(2).
   *
   * @param count of the structs pollfd in {@code descriptors}
   */
  public static int poll(MemorySegment descriptors, long count, int timeoutMillis) {
    return (int) checked(state -> (int) POLL.invokeExact(state, descriptors, count, timeoutMillis));
  }

  /** eventfd(2), closed on exec and not blocking. */
  public static int eventDescriptor() {
    return (int) checked(state -> (int) EVENT.invokeExact(state, 0, 0x80000 | 0x800));
  }

  /** read(2) into the buffer. */
  public static long read(int descriptor, MemorySegment buffer) {
    long length = buffer.byteSize();
    return checked(state -> (long) READ.invokeExact(state, descriptor, buffer, length));
  }

  /** write(2) of all the bytes. */
  public static long write(int descriptor, MemorySegment bytes) {
    long length = bytes.byteSize();
    return checked(state -> (long) WRITE.invokeExact(state, descriptor, bytes, length));
  }

  /** open(2) of a file that is there. */
  public static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path);
      return (int) checked(state -> (int) OPEN.invokeExact(state, name, flags));
    }
  }

  /** ioctl(2) with a structure, or with a number as an address. */
  public static int control(int descriptor, long request, MemorySegment argument) {
    return (int) checked(state -> (int) CONTROL.invokeExact(state, descriptor, request, argument));
  }

  /** close(2); nobody can do anything about its failure. */
  public static void close(int descriptor) {
    long _ = checked(state -> (int) CLOSE.invokeExact(state, descriptor));
  }
}
