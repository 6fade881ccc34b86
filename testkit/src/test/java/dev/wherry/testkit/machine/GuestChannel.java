package dev.wherry.testkit.machine;

import dev.wherry.testkit.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The line of words to a machine, over a virtio port: {@code ID BASE64} goes in; {@code begin ID},
 * the output in base64 and {@code end ID CODE} come out, {@code ready BOOT} after each boot.
 */
final class GuestChannel implements AutoCloseable {
  private static final int LINES_MAX = 1_000_000;
  private static final long CONNECT_PAUSE_MILLIS = 100;

  private final Supplier<String> trouble;
  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(LINES_MAX);
  private final SocketChannel socket;
  private String boot = "";
  private int last;

  private GuestChannel(SocketChannel socket, Supplier<String> trouble) {
    this.socket = socket;
    this.trouble = trouble;
  }

  /**
   * Connects as soon as somebody listens.
   *
   * @param trouble tells of the machine, for failures
   */
  static GuestChannel connect(Path path, Supplier<String> trouble, Duration max)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + max.toNanos();
    while (true) {
      SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        socket.connect(UnixDomainSocketAddress.of(path));
        GuestChannel channel = new GuestChannel(socket, trouble);
        Thread.ofVirtual().start(channel::read);
        return channel;
      } catch (IOException e) {
        // A failed attempt closes the socket.
        socket.close();
        if (System.nanoTime() > end) {
          throw new IOException("no channel at " + path + ": " + trouble.get(), e);
        }
      }
      TimeUnit.MILLISECONDS.sleep(CONNECT_PAUSE_MILLIS);
    }
  }

  private void read() {
    try (var reader = new BufferedReader(Channels.newReader(socket, StandardCharsets.ISO_8859_1))) {
      String line = reader.readLine();
      while (line != null) {
        lines.put(line);
        line = reader.readLine();
      }
    } catch (IOException | InterruptedException e) {
      // Whoever waits for a line says it.
    }
  }

  /** Waits until the machine says that it has booted, another time than before. */
  void awaitBoot(Duration max) throws IOException, InterruptedException {
    long end = System.nanoTime() + max.toNanos();
    while (true) {
      String line = next(end, "boot");
      if (line.startsWith("ready ") && !line.equals(boot)) {
        boot = line;
        return;
      }
    }
  }

  Output run(String script, Duration max) throws IOException, InterruptedException {
    long end = System.nanoTime() + max.toNanos();
    int id = ++last;
    byte[] bytes = script.getBytes(StandardCharsets.UTF_8);
    String sent = id + " " + Base64.getEncoder().encodeToString(bytes) + "\n";
    ByteBuffer buffer = ByteBuffer.wrap(sent.getBytes(StandardCharsets.US_ASCII));
    while (buffer.hasRemaining()) {
      socket.write(buffer);
    }
    String line = next(end, script);
    while (!line.equals("begin " + id)) {
      line = next(end, script);
    }
    var text = new StringBuilder();
    line = next(end, script);
    while (!line.startsWith("end " + id + " ")) {
      text.append(line);
      line = next(end, script);
    }
    byte[] output = Base64.getMimeDecoder().decode(text.toString());
    int code = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    return new Output(code, new String(output, StandardCharsets.UTF_8));
  }

  private String next(long end, String what) throws IOException, InterruptedException {
    String line = lines.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    if (line == null) {
      throw new IOException("no answer in time to '" + what + "': " + trouble.get());
    }
    return line.strip();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
