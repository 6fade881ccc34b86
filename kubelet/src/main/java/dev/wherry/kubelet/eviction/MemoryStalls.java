package dev.wherry.kubelet.eviction;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Tells at once when programs wait for memory (PSI of the kernel: a tenth of two seconds), so that
 * nobody has to look more often than the node's figures are due. One platform thread that sleeps in
 * poll(2); without PSI none.
 */
final class MemoryStalls implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(MemoryStalls.class.getName());
  private static final Linker LINKER = Linker.nativeLinker();
  private static final byte[] TRIGGER = "some 200000 2000000\0".getBytes(StandardCharsets.US_ASCII);
  private static final int O_RDWR_NONBLOCK_CLOEXEC = 2 | 0x800 | 0x80000;
  private static final int EFD_CLOEXEC = 0x80000;
  private static final short POLLIN = 1;
  private static final short POLLPRI = 2;
  private static final short POLLERR = 8;
  private static final long POLLFD_BYTES = 8;
  private static final long REVENTS = 6;

  private final MethodHandle open = call("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
  private final MethodHandle write =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("write"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG));
  private final MethodHandle poll =
      call("poll", ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
  private final MethodHandle eventfd = call("eventfd", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private final MethodHandle close = call("close", ValueLayout.JAVA_INT);
  private final Runnable stalled;
  private int pressure = -1;
  private int ender = -1;

  /**
   * @param stalled run by the thread at every stall; must be short
   */
  MemoryStalls(Runnable stalled) {
    this.stalled = stalled;
  }

  private static MethodHandle call(String name, ValueLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  /** Begins to listen; false where the kernel has no PSI or does not let us. */
  boolean start(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment trigger = arena.allocateFrom(ValueLayout.JAVA_BYTE, TRIGGER);
      pressure =
          (int) open.invokeExact(arena.allocateFrom(file.toString()), O_RDWR_NONBLOCK_CLOEXEC);
      if (pressure < 0) {
        return false;
      }
      if ((long) write.invokeExact(pressure, trigger, (long) TRIGGER.length) < 0) {
        int _ = (int) close.invokeExact(pressure);
        return false;
      }
      ender = (int) eventfd.invokeExact(0, EFD_CLOEXEC);
    } catch (Throwable e) {
      LOG.log(Level.DEBUG, "no news of memory stalls", e);
      return false;
    }
    Thread.ofPlatform().daemon().name("memory-stalls").start(this::listen);
    return true;
  }

  private void listen() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment fds = arena.allocate(2 * POLLFD_BYTES, Integer.BYTES);
      fds.set(ValueLayout.JAVA_INT, 0, pressure);
      fds.set(ValueLayout.JAVA_SHORT, Integer.BYTES, POLLPRI);
      fds.set(ValueLayout.JAVA_INT, POLLFD_BYTES, ender);
      fds.set(ValueLayout.JAVA_SHORT, POLLFD_BYTES + Integer.BYTES, POLLIN);
      while (true) {
        int ready = (int) poll.invokeExact(fds, 2L, -1);
        short stall = fds.get(ValueLayout.JAVA_SHORT, REVENTS);
        short end = fds.get(ValueLayout.JAVA_SHORT, POLLFD_BYTES + REVENTS);
        if (ready > 0 && (end != 0 || (stall & POLLERR) != 0)) {
          break;
        }
        if (ready > 0 && (stall & POLLPRI) != 0) {
          stalled.run();
        }
      }
      int _ = (int) close.invokeExact(pressure);
      int _ = (int) close.invokeExact(ender);
    } catch (Throwable e) {
      LOG.log(Level.WARNING, "news of memory stalls ended", e);
    }
  }

  /** Ends the thread. */
  @Override
  public void close() {
    if (ender < 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L);
      long _ = (long) write.invokeExact(ender, one, (long) Long.BYTES);
    } catch (Throwable e) {
      LOG.log(Level.DEBUG, "memory stalls not ended", e);
    }
  }
}
