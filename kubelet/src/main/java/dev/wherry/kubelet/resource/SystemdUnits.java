package dev.wherry.kubelet.resource;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;

/**
 * Units of systemd, asked over its own socket, which is there without a bus and for root only. One
 * connection per call: calls are few.
 *
 * @param socket usually {@code /run/systemd/private}
 */
record SystemdUnits(Path socket) {
  /** Where systemd listens. */
  static final SystemdUnits OF_HOST = new SystemdUnits(Path.of("/run/systemd/private"));

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
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      greet(channel);
      write(channel, BusMessage.call(SERIAL, member, signature, arguments));
      while (!answered(channel, member)) {
        // Signals to everybody come in between.
      }
    }
  }

  /** The handshake (rule: D-Bus Specification, Authentication Protocol): we are root. */
  private static void greet(SocketChannel channel) throws IOException {
    String uid = HexFormat.of().formatHex("0".getBytes(StandardCharsets.US_ASCII));
    write(channel, ascii("\0AUTH EXTERNAL " + uid + "\r\n"));
    String line = line(channel);
    if (!line.startsWith("OK ")) {
      throw new IOException("systemd does not know us: " + line);
    }
    write(channel, ascii("BEGIN\r\n"));
  }

  private static String line(SocketChannel channel) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.length() < LINE_BYTES_MAX && !line.toString().endsWith("\r\n")) {
      line.append((char) read(channel, 1).get());
    }
    return line.toString().strip();
  }

  private static boolean answered(SocketChannel channel, String member) throws IOException {
    ByteBuffer head = read(channel, HEAD_BYTES);
    byte type = head.get(1);
    int body = head.getInt(4);
    int fields = (head.getInt(12) + 7) / 8 * 8;
    if (body < 0 || fields < 0 || body > BusMessage.BYTES_MAX || fields > BusMessage.BYTES_MAX) {
      throw new IOException("an answer of systemd that is too long");
    }
    ByteBuffer rest = read(channel, fields + body);
    if (type == ERROR) {
      String words = StandardCharsets.ISO_8859_1.decode(rest).toString();
      throw new Refused(member + ": " + words.replaceAll("[^ -~]+", " ").strip());
    }
    return type == RETURN;
  }

  private static ByteBuffer read(SocketChannel channel, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("systemd ended the connection");
      }
    }
    return buffer.flip();
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
