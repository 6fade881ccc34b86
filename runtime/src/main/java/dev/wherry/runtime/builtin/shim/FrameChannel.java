package dev.wherry.runtime.builtin.shim;

import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Frames to and from wherry-shim, whose source has the table of kinds. One thread reads, any may
 * write; closing wakes both.
 */
public final class FrameChannel implements AutoCloseable {
  static final int WAIT = 1;
  static final int ATTACH = 2;
  static final int STDIN = 3;
  static final int CLOSE_STDIN = 4;
  static final int RESIZE = 5;
  static final int SIGNAL = 6;
  static final int REOPEN_LOG = 7;
  static final int OK = 128;
  static final int HELLO = 129;
  static final int STDOUT = 130;
  static final int STDERR = 131;
  static final int EXIT = 132;
  static final int ERROR = 133;

  static final int PAYLOAD_BYTES_MAX = 16 * 1024;
  private static final int HEADER_BYTES = 8;

  /** A frame as it came. */
  record Frame(int kind, ByteBuffer payload) {
    String text() {
      return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
    }
  }

  private final ReadableByteChannel in;
  private final WritableByteChannel out;
  private final ReentrantLock writing = new ReentrantLock();

  private FrameChannel(ReadableByteChannel in, WritableByteChannel out) {
    this.in = in;
    this.out = out;
  }

  /** Connects to a supervisor's socket. */
  static FrameChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    return new FrameChannel(channel, channel);
  }

  /** Speaks with a process over its stdin and stdout. */
  static FrameChannel of(Process process) {
    return new FrameChannel(
        Channels.newChannel(process.getInputStream()), new Unbuffered(process.getOutputStream()));
  }

  /** A process's stdin, which Java buffers. */
  private record Unbuffered(OutputStream stream) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      stream.write(copy);
      stream.flush();
      return copy.length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }

  /** Blocks for the next frame; empty at the end. */
  Optional<Frame> read() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    if (!fill(header)) {
      return Optional.empty();
    }
    int kind = Byte.toUnsignedInt(header.get(0));
    int length = header.getInt(4);
    if (length < 0 || length > PAYLOAD_BYTES_MAX) {
      throw new IOException("a frame of " + length + " bytes");
    }
    ByteBuffer payload = ByteBuffer.allocate(length);
    return fill(payload) ? Optional.of(new Frame(kind, payload.flip())) : Optional.empty();
  }

  private boolean fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Sends a frame; longer payloads go as several. */
  void write(int kind, ByteBuffer payload) throws IOException {
    writing.lock();
    try {
      do {
        int length = Math.min(payload.remaining(), PAYLOAD_BYTES_MAX);
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + length);
        frame.put((byte) kind).put(new byte[3]).putInt(length);
        frame.put(payload.slice(payload.position(), length));
        payload.position(payload.position() + length);
        frame.flip();
        while (frame.hasRemaining()) {
          out.write(frame);
        }
      } while (payload.hasRemaining());
    } finally {
      writing.unlock();
    }
  }

  /** Nothing more is sent; what the other end still sends is read. */
  void endWriting() throws IOException {
    if (out instanceof SocketChannel socket) {
      socket.shutdownOutput();
    } else {
      out.close();
    }
  }

  /** Only for those who promise a payload. */
  void writeHeader(int kind, int length) throws IOException {
    out.write(
        ByteBuffer.allocate(HEADER_BYTES).put((byte) kind).put(new byte[3]).putInt(length).flip());
  }

  void write(int kind, byte... payload) throws IOException {
    write(kind, ByteBuffer.wrap(payload));
  }

  /**
   * Waits until a request is answered; other frames are dropped.
   *
   * @throws IOException when it was refused, or nobody answers
   */
  void awaitAnswer(int kind) throws IOException {
    for (Optional<Frame> frame = read(); frame.isPresent(); frame = read()) {
      if (frame.get().kind() == OK && frame.get().payload().get(0) == kind) {
        return;
      }
      if (frame.get().kind() == ERROR) {
        throw new IOException(frame.get().text().substring(1));
      }
    }
    throw new IOException("the supervisor has ended");
  }

  @Override
  public void close() {
    try {
      out.close();
      in.close();
    } catch (IOException e) {
      // The other side is gone; that is what was wanted.
    }
  }
}
