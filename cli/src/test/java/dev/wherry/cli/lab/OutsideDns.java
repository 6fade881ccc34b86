package dev.wherry.cli.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A name server of the world outside: it knows one name with one address. */
public final class OutsideDns {
  public static final String NAME = "outside.example";
  public static final String ADDRESS = "192.0.2.33";

  private static final int HEADER_BYTES = 12;
  private static final int ANSWERED = 0x8180;
  private static final int NO_SUCH_NAME = 0x8183;
  private static final int TYPE_A = 1;
  private static final int TTL_SECONDS = 60;

  private OutsideDns() {}

  /** The words that run it. */
  public static List<String> command(int port) {
    return List.of(
        java.nio.file.Path.of(System.getProperty("java.home"), "bin/java").toString(),
        "-XX:+UseSerialGC",
        "-Xmx32m",
        "-cp",
        System.getProperty("java.class.path"),
        OutsideDns.class.getName(),
        String.valueOf(port));
  }

  public static void main(String[] arguments) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(arguments[0]))) {
      byte[] room = new byte[512];
      while (true) {
        DatagramPacket packet = new DatagramPacket(room, room.length);
        socket.receive(packet);
        packet.setData(answer(room));
        socket.send(packet);
      }
    }
  }

  private static byte[] answer(byte[] query) {
    StringBuilder name = new StringBuilder();
    int at = HEADER_BYTES;
    while (query[at] != 0) {
      name.append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII)).append('.');
      at += query[at] + 1;
    }
    boolean known = name.toString().toLowerCase(Locale.ROOT).equals(NAME + ".");
    boolean answered = known && query[at + 2] == TYPE_A;
    ByteBuffer out = ByteBuffer.allocate(512);
    out.put(query, 0, 2).putShort((short) (known ? ANSWERED : NO_SUCH_NAME));
    out.putShort((short) 1).putShort((short) (answered ? 1 : 0)).putInt(0);
    out.put(query, HEADER_BYTES, at + 5 - HEADER_BYTES);
    if (answered) {
      out.putShort((short) 0xc00c).putShort((short) TYPE_A).putShort((short) 1);
      out.putInt(TTL_SECONDS).putShort((short) 4);
      out.put(InetAddress.ofLiteral(ADDRESS).getAddress());
    }
    return java.util.Arrays.copyOf(out.array(), out.position());
  }
}
