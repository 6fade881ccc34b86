package dev.wherry.network.sockets;

import dev.wherry.network.system.SystemCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * A connection of packets to a Unix socket (SOCK_SEQPACKET) by which descriptors come (SCM_RIGHTS).
 * One thread at a time uses it; the other side answers at once.
 */
final class PacketSocket implements AutoCloseable {
  private static final int FAMILY_UNIX = 1;
  private static final int TYPE_PACKETS = 5;
  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int PATH_BYTES = 108;
  private static final int LEVEL_SOCKET = 1;
  private static final int RECEIVE_TIMEOUT = 20;
  private static final int MESSAGE_CLOSE_ON_EXEC = 0x40000000;
  private static final int NO_SIGNAL = 0x4000;
  private static final int RIGHTS = 1;
  private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(2);
  private static final int ANSWER_BYTES_MAX = 256;

  /** struct msghdr, its struct iovec, room for a header and one descriptor (CMSG_SPACE). */
  private static final int MESSAGE_BYTES = 56;

  private static final int VECTOR_BYTES = 16;
  private static final int CONTROL_BYTES = 24;
  private static final int CONTROL_HEADER_BYTES = 16;

  /**
   * An answer.
   *
   * @param descriptor that came with it, the receiver's to close
   */
  record Answer(String text, OptionalInt descriptor) {}

  private final int socket;

  private PacketSocket(int socket) {
    this.socket = socket;
  }

  /**
   * Connects.
   *
   * @throws IOException when nobody listens there
   */
  static PacketSocket connect(Path path) throws IOException {
    int socket = SystemCalls.socket(FAMILY_UNIX, TYPE_PACKETS | CLOSE_ON_EXEC, 0);
    if (socket < 0) {
      throw new IOException("no Unix socket: errno " + -socket);
    }
    try (Arena arena = Arena.ofConfined()) {
      byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
      if (name.length >= PATH_BYTES) {
        throw new IOException("too long for a socket's name: " + path);
      }
      MemorySegment address = arena.allocate(2 + PATH_BYTES, 2);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) FAMILY_UNIX);
      MemorySegment.copy(name, 0, address, ValueLayout.JAVA_BYTE, 2, name.length);
      int connected = SystemCalls.connect(socket, address);
      if (connected < 0) {
        throw new IOException("nobody listens at " + path + ": errno " + -connected);
      }
      MemorySegment time = arena.allocate(16, 8);
      time.set(ValueLayout.JAVA_LONG, 0, ANSWER_TIME_MAX.toSeconds());
      SystemCalls.option(socket, LEVEL_SOCKET, RECEIVE_TIMEOUT, time);
      return new PacketSocket(socket);
    } catch (IOException e) {
      SystemCalls.close(socket);
      throw e;
    }
  }

  /**
   * Sends a packet and waits for the one that answers it.
   *
   * @throws IOException when the other side is gone or silent
   */
  Answer ask(String packet) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = packet.getBytes(StandardCharsets.UTF_8);
      long sent =
          SystemCalls.send(socket, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), NO_SIGNAL);
      if (sent < 0) {
        throw new IOException("the holder of sockets is gone: errno " + -sent);
      }
      return answer(arena);
    }
  }

  private Answer answer(Arena arena) throws IOException {
    MemorySegment text = arena.allocate(ANSWER_BYTES_MAX, 1);
    MemorySegment vector = arena.allocate(VECTOR_BYTES, 8);
    vector.set(ValueLayout.ADDRESS, 0, text);
    vector.set(ValueLayout.JAVA_LONG, 8, ANSWER_BYTES_MAX);
    MemorySegment control = arena.allocate(CONTROL_BYTES, 8);
    MemorySegment message = arena.allocate(MESSAGE_BYTES, 8);
    message.set(ValueLayout.ADDRESS, 16, vector);
    message.set(ValueLayout.JAVA_LONG, 24, 1);
    message.set(ValueLayout.ADDRESS, 32, control);
    message.set(ValueLayout.JAVA_LONG, 40, CONTROL_BYTES);
    long count = SystemCalls.receiveMessage(socket, message, MESSAGE_CLOSE_ON_EXEC);
    if (count <= 0) {
      throw new IOException("the holder of sockets does not answer: errno " + -count);
    }
    String said = StandardCharsets.UTF_8.decode(text.asSlice(0, count).asByteBuffer()).toString();
    boolean passed =
        message.get(ValueLayout.JAVA_LONG, 40) > CONTROL_HEADER_BYTES
            && control.get(ValueLayout.JAVA_INT, 12) == RIGHTS;
    return new Answer(
        said,
        passed
            ? OptionalInt.of(control.get(ValueLayout.JAVA_INT, CONTROL_HEADER_BYTES))
            : OptionalInt.empty());
  }

  @Override
  public void close() {
    SystemCalls.close(socket);
  }
}
