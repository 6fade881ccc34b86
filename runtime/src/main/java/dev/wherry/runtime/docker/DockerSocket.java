package dev.wherry.runtime.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Raw requests to Docker's Unix socket whose answer is a stream: logs, and the hijacked connections
 * of exec and attach. HTTP/1.0 is spoken so that bodies are not chunked and end with the
 * connection; after 101 the connection is the stream in both directions.
 */
public final class DockerSocket {
  private static final int HEAD_BYTES_MAX = 16 * 1024;
  private static final int ERROR_BYTES_MAX = 16 * 1024;

  private final Path socket;

  public DockerSocket(Path socket) {
    this.socket = socket;
  }

  /** An answer's body and, when hijacked, the way to the process; closing it ends both. */
  public static final class Stream implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream in;

    Stream(SocketChannel channel) {
      this.channel = channel;
      this.in = Channels.newInputStream(channel);
    }

    public InputStream in() {
      return in;
    }

    /** Writes everything; blocks while the receiver does not read. */
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    /** Ends the way in: the process reads end of file, its output goes on. */
    public void closeInput() throws IOException {
      channel.shutdownOutput();
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        // A connection that cannot be closed is gone already.
      }
    }
  }

  /** GET whose body is read until the connection ends. */
  public Stream get(String path) throws IOException {
    return open("GET " + path + " HTTP/1.0\r\nHost: docker\r\n\r\n", 200);
  }

  /** POST that turns the connection into a raw duplex stream. */
  public Stream hijack(String path, byte[] json) throws IOException {
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + json.length
            + "\r\n\r\n";
    return open(head + new String(json, StandardCharsets.UTF_8), 101);
  }

  private Stream open(String request, int expectedStatus) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    var stream = new Stream(channel);
    try {
      stream.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      String head = readHead(stream.in());
      int status = status(head);
      if (status != expectedStatus) {
        throw new DockerRefusal(status, errorText(stream.in()));
      }
      return stream;
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  // Byte by byte: whatever follows the head belongs to the stream.
  private static String readHead(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < 4) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("Docker closed the connection");
      }
      if (head.size() >= HEAD_BYTES_MAX) {
        throw new IOException("Docker sent no end of its answer's head");
      }
      head.write(b);
      boolean fits = b == (matched % 2 == 0 ? '\r' : '\n');
      matched = fits ? matched + 1 : (b == '\r' ? 1 : 0);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static int status(String head) throws IOException {
    String[] words = head.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/") || !words[1].matches("\\d{3}")) {
      throw new IOException("Docker sent no HTTP answer");
    }
    return Integer.parseInt(words[1]);
  }

  private static String errorText(InputStream in) throws IOException {
    var body = new String(in.readNBytes(ERROR_BYTES_MAX), StandardCharsets.UTF_8).strip();
    int from = body.indexOf("\"message\":\"");
    int to = body.lastIndexOf('"');
    return from >= 0 && to > from + 11 ? body.substring(from + 11, to) : body;
  }
}
