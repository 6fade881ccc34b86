package dev.wherry.network.relay;

import dev.wherry.network.netlink.Errno;
import dev.wherry.network.system.SystemCalls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network interface whose packets a program sends and takes (Linux' TUN). A platform thread reads
 * it; any may write. The interface outlives its program, so that routes to it stay.
 */
final class PacketDevice implements AutoCloseable {
  private static final Logger LOG = System.getLogger(PacketDevice.class.getName());
  private static final String CONTROL = "/dev/net/tun";
  private static final int OPEN_FLAGS = 0x2 | 0x800 | 0x80000;
  private static final long SET_INTERFACE = 0x4004_54caL;
  private static final long SET_PERSISTENT = 0x4004_54cbL;

  /** IFF_TUN and IFF_NO_PI: IP packets with nothing before them. */
  private static final short PLAIN_PACKETS = 0x1001;

  private static final int REQUEST_BYTES = 40;
  private static final int FLAGS_OFFSET = 16;
  private static final int POLL_BYTES = 8;
  private static final short READABLE = 1;
  private static final int BATCH_PACKETS = 64;

  private final String name;
  private final Runnable prologue;
  private final Taker taker;
  private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
  private final ReentrantLock writing = new ReentrantLock();
  private final MemorySegment outgoing = Arena.ofAuto().allocate(Packets.PACKET_BYTES_MAX);
  private final int wakeup = SystemCalls.eventDescriptor();
  private final Thread thread;
  private volatile boolean closing;
  private int descriptor = -1;

  /** Hears of packets, on the device's thread. */
  interface Taker {
    /**
     * Takes a packet over.
     *
     * @param framed with its length before it
     */
    void packet(ByteBuf framed);

    /** No more packets for the moment. */
    void pause();

    /** The interface is gone. */
    void lost();
  }

  private PacketDevice(String name, Runnable prologue, Taker taker) {
    this.name = name;
    this.prologue = prologue;
    this.taker = taker;
    thread = Thread.ofPlatform().daemon().name("pod-relay").unstarted(this::run);
  }

  /**
   * Makes the interface, or takes it up again.
   *
   * @param prologue enters its network namespace; runs first on the thread
   * @throws IOException with what the kernel refused
   */
  static PacketDevice open(String name, Runnable prologue, Taker taker)
      throws IOException, InterruptedException {
    PacketDevice device = new PacketDevice(name, prologue, taker);
    device.thread.start();
    try {
      device.opened.get();
      return device;
    } catch (ExecutionException e) {
      device.thread.join();
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? name : cause.getMessage(), cause);
    }
  }

  private void run() {
    boolean read = false;
    try {
      prologue.run();
      begin();
      read = opened.complete(true);
      read();
    } catch (IOException | RuntimeException e) {
      if (read) {
        LOG.log(Level.WARNING, "interface given up name=" + name, e);
      }
      opened.completeExceptionally(e);
    }
    if (letGo() && read) {
      taker.lost();
    }
  }

  /** Closes what is open; true where nobody asked for it. */
  private boolean letGo() {
    writing.lock();
    try {
      boolean lost = !closing;
      closing = true;
      SystemCalls.close(descriptor);
      SystemCalls.close(wakeup);
      descriptor = -1;
      return lost;
    } finally {
      writing.unlock();
    }
  }

  private void begin() throws IOException {
    descriptor = checked(SystemCalls.open(CONTROL, OPEN_FLAGS), CONTROL);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(REQUEST_BYTES, 8);
      request.setString(0, name);
      request.set(ValueLayout.JAVA_SHORT, FLAGS_OFFSET, PLAIN_PACKETS);
      checked(SystemCalls.control(descriptor, SET_INTERFACE, request), "interface " + name);
    }
    checked(
        SystemCalls.control(descriptor, SET_PERSISTENT, MemorySegment.ofAddress(1)),
        "interface " + name);
  }

  private static int checked(int result, String what) throws IOException {
    if (result < 0) {
      throw new IOException(what + ": " + Errno.name(-result));
    }
    return result;
  }

  private void read() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment polled = arena.allocate(2 * POLL_BYTES, 4);
      MemorySegment packet = arena.allocate(Packets.PACKET_BYTES_MAX);
      ByteBuffer bytes = packet.asByteBuffer();
      watch(polled, 0, descriptor);
      watch(polled, 1, wakeup);
      boolean there = true;
      while (there && !closing) {
        SystemCalls.poll(polled, 2, -1);
        there = batch(packet, bytes);
        taker.pause();
      }
    }
  }

  /** False when the interface is gone. */
  private boolean batch(MemorySegment packet, ByteBuffer bytes) {
    for (int count = 0; count < BATCH_PACKETS && !closing; count++) {
      long length = SystemCalls.read(descriptor, packet);
      if (length <= 0) {
        return length == -Errno.EAGAIN || length == -Errno.EINTR;
      }
      int size = (int) length;
      ByteBuf framed = PooledByteBufAllocator.DEFAULT.buffer(Packets.PREFIX_BYTES + size);
      taker.packet(framed.writeShort(size).writeBytes(bytes.limit(size).position(0)));
      bytes.clear();
    }
    return true;
  }

  private static void watch(MemorySegment polled, int index, int descriptor) {
    polled.set(ValueLayout.JAVA_INT, (long) index * POLL_BYTES, descriptor);
    polled.set(ValueLayout.JAVA_SHORT, (long) index * POLL_BYTES + 4, READABLE);
  }

  boolean isOpen() {
    return !closing;
  }

  /** Hands a packet to the kernel; what it does not take is lost, as on any link. */
  void write(ByteBuf framed) {
    int size = framed.readableBytes() - Packets.PREFIX_BYTES;
    writing.lock();
    try {
      if (descriptor >= 0 && size > 0) {
        MemorySegment packet = outgoing.asSlice(0, size);
        framed.getBytes(framed.readerIndex() + Packets.PREFIX_BYTES, packet.asByteBuffer());
        SystemCalls.write(descriptor, packet);
      }
    } finally {
      writing.unlock();
    }
  }

  /** Ends the thread; the interface stays. */
  @Override
  public void close() {
    writing.lock();
    try {
      if (!closing) {
        closing = true;
        try (Arena arena = Arena.ofConfined()) {
          SystemCalls.write(wakeup, arena.allocateFrom(ValueLayout.JAVA_LONG, 1));
        }
      }
    } finally {
      writing.unlock();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
