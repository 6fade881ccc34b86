package dev.wherry.kubelet.resource;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Units of systemd, asked over its own socket, which is there without a bus and for root only. One
 * connection per call: calls are few.
 *
 * @param socket usually {@code /run/systemd/private}
 * @param patience with one call as a whole
 */
record SystemdUnits(Path socket, Duration patience) {
  /** Where systemd listens. */
  static final SystemdUnits OF_HOST =
      new SystemdUnits(Path.of("/run/systemd/private"), Duration.ofSeconds(30));

  private static final int SERIAL = 1;
  private static final int HEAD_BYTES = 16;
  private static final int LINE_BYTES_MAX = 512;
  private static final byte RETURN = 2;
  private static final byte ERROR = 3;

  /** systemd's refusal, with the error's name. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    private Refused(String what) {
      super(what);
    }

    private boolean is(String error) {
      return String.valueOf(getMessage()).contains("systemd1." + error);
    }
  }

  /** Makes a slice with these properties; one that is there keeps its own. */
  void sliceIfAbsent(String name, Map<String, Object> properties) throws IOException {
    BusMessage unit = new BusMessage().text(name).text("replace");
    try {
      call("StartTransientUnit", "ssa(sv)a(sa(sv))", unit.properties(properties).noUnits());
    } catch (Refused e) {
      if (!e.is("UnitExists")) {
        throw e;
      }
    }
  }

  /** Gives a unit properties until the next boot. */
  void set(String name, Map<String, Object> properties) throws IOException {
    call(
        "SetUnitProperties",
        "sba(sv)",
        new BusMessage().text(name).flag(true).properties(properties));
  }

  /** Ends a unit; one that is not there has ended. */
  void stop(String name) throws IOException {
    try {
      call("StopUnit", "ss", new BusMessage().text(name).text("replace"));
    } catch (Refused e) {
      if (!e.is("NoSuchUnit")) {
        throw e;
      }
    }
  }

  private void call(String member, String signature, BusMessage arguments) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector ready = Selector.open()) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      channel.register(ready, 0);
      Wire wire = new Wire(channel, ready, System.nanoTime() + patience.toNanos());
      greet(wire);
      wire.write(BusMessage.call(SERIAL, member, signature, arguments));
      while (!answered(wire, member)) {
        // Signals to everybody come in between.
      }
    }
  }

  /** The handshake (rule: D-Bus Specification, Authentication Protocol): we are root. */
  private static void greet(Wire wire) throws IOException {
    String uid = HexFormat.of().formatHex("0".getBytes(StandardCharsets.US_ASCII));
    wire.write(ascii("\0AUTH EXTERNAL " + uid + "\r\n"));
    String line = line(wire);
    if (!line.startsWith("OK ")) {
      throw new IOException("systemd does not know us: " + line);
    }
    wire.write(ascii("BEGIN\r\n"));
  }

  private static String line(Wire wire) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < LINE_BYTES_MAX && !line.toString().endsWith("\r\n")) {
      line.append((char) wire.read(1).get());
    }
    return line.toString().strip();
  }

  private static boolean answered(Wire wire, String member) throws IOException {
    ByteBuffer head = wire.read(HEAD_BYTES);
    byte type = head.get(1);
    int body = head.getInt(4);
    int fields = (head.getInt(12) + 7) / 8 * 8;
    if (body < 0 || fields < 0 || body > BusMessage.BYTES_MAX || fields > BusMessage.BYTES_MAX) {
      throw new IOException("an answer of systemd that is too long");
    }
    ByteBuffer rest = wire.read(fields + body);
    if (type == ERROR) {
      String words = StandardCharsets.ISO_8859_1.decode(rest).toString();
      throw new Refused(member + ": " + words.replaceAll("[^ -~]+", " ").strip());
    }
    return type == RETURN;
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * A connection that waits for the other side until the call's time is over.
   *
   * @param channel without blocking, known to {@code ready}
   * @param deadlineNanos by {@link System#nanoTime}
   */
  private record Wire(SocketChannel channel, Selector ready, long deadlineNanos) {
    ByteBuffer read(int bytes) throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      while (buffer.hasRemaining()) {
        await(SelectionKey.OP_READ);
        if (channel.read(buffer) < 0) {
          throw new EOFException("systemd ended the connection");
        }
      }
      return buffer.flip();
    }

    void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        await(SelectionKey.OP_WRITE);
        channel.write(bytes);
      }
    }

    private void await(int operation) throws IOException {
      requireNonNull(channel.keyFor(ready)).interestOps(operation);
      long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
      if (millis <= 0 || ready.select(key -> {}, millis) == 0) {
        throw new IOException("systemd does not answer");
      }
    }
  }
}
