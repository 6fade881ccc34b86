package dev.wherry.bench.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * {@code LinkBench serve PORT} and {@code LinkBench ask PORT ADDRESS...}: a TCP stream's bytes a
 * second and the time of a byte there and back, to each address in turns, so that ways between the
 * same two namespaces are compared within one run. Run it by {@code nsenter --net=...}.
 */
public final class LinkBench {
  private static final int ROUNDS = 3;
  private static final Duration STREAM = Duration.ofSeconds(5);
  private static final int ECHOES = 2_000;
  private static final int ECHOES_WARM_UP = 500;
  private static final int PIECE_BYTES = 64 << 10;
  private static final int ECHO = 'e';
  private static final int SINK = 's';

  private LinkBench() {}

  /** Serves for ever, or measures and prints a table row for each address and round. */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[1]);
    if (arguments[0].equals("serve")) {
      serve(port);
      return;
    }
    System.out.println("| to | MB/s | there and back us p50 / p99 |");
    System.out.println("|---|---|---|");
    List<String> addresses = Arrays.asList(arguments).subList(2, arguments.length);
    for (int round = 0; round < ROUNDS; round++) {
      for (String address : addresses) {
        double[] echoes = echoes(address, port);
        System.out.printf(
            "| %s | %.1f | %.0f / %.0f |%n",
            address, stream(address, port) / 1e6, echoes[ECHOES / 2], echoes[ECHOES * 99 / 100]);
      }
    }
  }

  private static void serve(int port) throws IOException {
    try (ServerSocket server = new ServerSocket(port)) {
      while (true) {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> answer(client));
      }
    }
  }

  private static void answer(Socket client) {
    byte[] room = new byte[PIECE_BYTES];
    try (client) {
      client.setTcpNoDelay(true);
      InputStream in = client.getInputStream();
      OutputStream out = client.getOutputStream();
      boolean echo = in.read() == ECHO;
      for (int count = in.read(room); count > 0; count = in.read(room)) {
        if (echo) {
          out.write(room, 0, count);
        }
      }
      // All has arrived.
      out.write(SINK);
    } catch (IOException e) {
      // The other end is gone.
    }
  }

  private static Socket connect(String address, int port, int kind) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    socket.setTcpNoDelay(true);
    socket.getOutputStream().write(kind);
    return socket;
  }

  /** Bytes a second, up to the last one's arrival. */
  private static double stream(String address, int port) throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    try (Socket socket = connect(address, port, SINK)) {
      long began = System.nanoTime();
      long bytes = 0;
      while (System.nanoTime() - began < STREAM.toNanos()) {
        socket.getOutputStream().write(piece);
        bytes += piece.length;
      }
      socket.shutdownOutput();
      if (socket.getInputStream().read() != SINK) {
        throw new IOException(address + " has not taken all");
      }
      return bytes * 1e9 / (System.nanoTime() - began);
    }
  }

  /** Sorted, in microseconds. */
  private static double[] echoes(String address, int port) throws IOException {
    double[] times = new double[ECHOES];
    try (Socket socket = connect(address, port, ECHO)) {
      for (int i = -ECHOES_WARM_UP; i < ECHOES; i++) {
        long began = System.nanoTime();
        socket.getOutputStream().write(1);
        if (socket.getInputStream().read() < 0) {
          throw new IOException(address + " has ended the stream");
        }
        if (i >= 0) {
          times[i] = (System.nanoTime() - began) / 1e3;
        }
      }
    }
    Arrays.sort(times);
    return times;
  }
}
