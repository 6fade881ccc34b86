package dev.wherry.network.netlink;

import dev.wherry.network.system.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A socket of family AF_NETLINK. It belongs to the network namespace of the thread that opens it
 * and is used by one thread.
 */
public final class NetlinkSocket implements AutoCloseable {
  public static final int PROTOCOL_ROUTE = 0;
  public static final int PROTOCOL_NETFILTER = 12;
  public static final int PROTOCOL_GENERIC = 16;

  private static final int FAMILY = 16;
  private static final int TYPE_RAW = 3;
  private static final int CLOSE_ON_EXEC = 0x80000;
  private static final int LEVEL_SOCKET = 1;
  private static final int LEVEL_NETLINK = 270;
  private static final int ADD_MEMBERSHIP = 1;
  private static final int CAP_ACK = 10;
  private static final int EXT_ACK = 11;
  private static final int RECEIVE_TIMEOUT = 20;
  private static final int SEND_BUFFER_FORCE = 32;
  private static final int RECEIVE_BUFFER_FORCE = 33;
  private static final int ATTACH_FILTER = 26;
  private static final int BPF_LOAD_WORD = 0x20;
  private static final int BPF_JUMP_EQUAL = 0x15;
  private static final int BPF_RETURN = 0x06;
  private static final int HEADER_PORT_OFFSET = 12;
  private static final int DONT_WAIT = 0x40;
  private static final int SEND_BUFFER_BYTES = 128 << 20;
  private static final int RECEIVE_BUFFER_BYTES = 8 << 20;
  private static final int MESSAGE_BYTES_MAX = 1 << 16;
  private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(30);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(MESSAGE_BYTES_MAX, 8);
  private final int descriptor;
  private int sequence = 1;

  private NetlinkSocket(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Opens a socket.
   *
   * @param port its address, unique in the namespace per protocol; 0 lets the kernel choose
   * @throws NetlinkException EADDRINUSE when another socket has the port
   */
  public static NetlinkSocket open(int protocol, int port) throws NetlinkException {
    int descriptor = SystemCalls.socket(FAMILY, TYPE_RAW | CLOSE_ON_EXEC, protocol);
    if (descriptor < 0) {
      throw new NetlinkException(-descriptor, "opening a netlink socket");
    }
    NetlinkSocket socket = new NetlinkSocket(descriptor);
    try {
      socket.configure(port);
      return socket;
    } catch (NetlinkException e) {
      socket.close();
      throw e;
    }
  }

  private void configure(int port) throws NetlinkException {
    MemorySegment address = arena.allocate(12, 4);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) FAMILY);
    address.set(ValueLayout.JAVA_INT, 4, port);
    int bound = SystemCalls.bind(descriptor, address);
    if (bound < 0) {
      throw new NetlinkException(-bound, "binding netlink port " + port);
    }
    option(LEVEL_NETLINK, EXT_ACK, 1);
    option(LEVEL_NETLINK, CAP_ACK, 1);
    // Without the right to force sizes the defaults stay; big batches then fail and say so.
    option(LEVEL_SOCKET, SEND_BUFFER_FORCE, SEND_BUFFER_BYTES);
    option(LEVEL_SOCKET, RECEIVE_BUFFER_FORCE, RECEIVE_BUFFER_BYTES);
    MemorySegment time = arena.allocate(16, 8);
    time.set(ValueLayout.JAVA_LONG, 0, ANSWER_TIME_MAX.toSeconds());
    SystemCalls.option(descriptor, LEVEL_SOCKET, RECEIVE_TIMEOUT, time);
  }

  private int option(int level, int name, int value) {
    MemorySegment number = arena.allocate(4, 4);
    number.set(ValueLayout.JAVA_INT, 0, value);
    return SystemCalls.option(descriptor, level, name, number);
  }

  /** Subscribes to a group of notifications. */
  public void join(int group) throws NetlinkException {
    int joined = option(LEVEL_NETLINK, ADD_MEMBERSHIP, group);
    if (joined < 0) {
      throw new NetlinkException(-joined, "joining netlink group " + group);
    }
  }

  /**
   * Drops notifications of changes that the socket with a port made itself: they could fill the
   * buffer while their author is busy making them. A classic BPF program compares the header's
   * port.
   */
  public void ignoreChangesBy(int port) throws NetlinkException {
    int wanted =
        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? port : Integer.reverseBytes(port);
    long[] program = {
      instruction(BPF_LOAD_WORD, 0, 0, HEADER_PORT_OFFSET),
      instruction(BPF_JUMP_EQUAL, 0, 1, wanted),
      instruction(BPF_RETURN, 0, 0, 0),
      instruction(BPF_RETURN, 0, 0, -1)
    };
    MemorySegment code = arena.allocateFrom(ValueLayout.JAVA_LONG, program);
    MemorySegment filter = arena.allocate(16, 8);
    filter.set(ValueLayout.JAVA_SHORT, 0, (short) program.length);
    filter.set(ValueLayout.ADDRESS, 8, code);
    int attached = SystemCalls.option(descriptor, LEVEL_SOCKET, ATTACH_FILTER, filter);
    if (attached < 0) {
      throw new NetlinkException(-attached, "filtering notifications");
    }
  }

  /** A struct sock_filter as one little-endian word: code, two jumps, operand. */
  private static long instruction(int code, int ifTrue, int ifFalse, int operand) {
    return code | (long) ifTrue << 16 | (long) ifFalse << 24 | (long) operand << 32;
  }

  /** A number for the next request; they never repeat within 2^31. */
  public int nextSequence() {
    sequence = sequence == Integer.MAX_VALUE ? 1 : sequence + 1;
    return sequence;
  }

  /** Sends messages in one call. */
  public void send(byte[] messages) throws NetlinkException {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment bytes = call.allocate(messages.length, 4);
      MemorySegment.copy(messages, 0, bytes, ValueLayout.JAVA_BYTE, 0, messages.length);
      long sent = SystemCalls.send(descriptor, bytes, 0);
      if (sent < 0) {
        throw new NetlinkException((int) -sent, "sending " + messages.length + " bytes");
      }
    }
  }

  /**
   * Waits for messages.
   *
   * @throws NetlinkException ENOBUFS when the kernel dropped some, EAGAIN after 30 seconds
   */
  public List<NetlinkMessage> receive() throws NetlinkException {
    return receive(0);
  }

  /** The messages that are there; none waits. */
  public List<NetlinkMessage> poll() throws NetlinkException {
    try {
      return receive(DONT_WAIT);
    } catch (NetlinkException e) {
      if (e.errno() == Errno.EAGAIN) {
        return List.of();
      }
      throw e;
    }
  }

  private List<NetlinkMessage> receive(int flags) throws NetlinkException {
    long count = SystemCalls.receive(descriptor, buffer, flags);
    while (count == -Errno.EINTR) {
      count = SystemCalls.receive(descriptor, buffer, flags);
    }
    if (count < 0) {
      throw new NetlinkException((int) -count, "receiving from netlink");
    }
    byte[] copy = buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    return NetlinkMessage.split(ByteBuffer.wrap(copy));
  }

  /**
   * Sends one request and waits for its acknowledgement; answers before it go to the consumer. A
   * dump ends with its last part.
   *
   * @param what names the request in errors
   */
  public void request(MessageWriter message, int sent, String what, Consumer<NetlinkMessage> answer)
      throws NetlinkException {
    send(message.toArray());
    while (true) {
      for (NetlinkMessage each : receive()) {
        if (each.sequence() != sent) {
          continue;
        }
        if (each.type() == NetlinkMessage.ERROR || each.type() == NetlinkMessage.DONE) {
          refuse(each, what);
          return;
        }
        answer.accept(each);
      }
    }
  }

  /** Throws when an error message tells of one. */
  public static void refuse(NetlinkMessage message, String what) throws NetlinkException {
    if (message.errno() != 0) {
      String words = message.errorText();
      throw new NetlinkException(
          message.errno(), words.isEmpty() ? what : what + " (" + words + ")");
    }
  }

  /** All answers of a dump. */
  public List<NetlinkMessage> dump(MessageWriter message, int sent, String what)
      throws NetlinkException {
    List<NetlinkMessage> answers = new ArrayList<>();
    request(message, sent, what, answers::add);
    return answers;
  }

  int descriptor() {
    return descriptor;
  }

  @Override
  public void close() {
    SystemCalls.close(descriptor);
    arena.close();
  }
}
