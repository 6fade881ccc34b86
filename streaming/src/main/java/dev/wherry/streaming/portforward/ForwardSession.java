package dev.wherry.streaming.portforward;

import dev.wherry.streaming.upgrade.Inbox;
import dev.wherry.streaming.upgrade.ReadGate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One forwarded connection: a thread carries what the pod sends, another what the client sends.
 * When the pod sends no more the client is told, and what it still sends goes on to the pod.
 */
final class ForwardSession {
  private static final int CHUNK_BYTES = 32 * 1024;

  /** The client's end of this connection; the calls come from one thread. */
  interface Client {
    /** Blocks while the client does not read. */
    void data(ByteBuffer bytes) throws IOException;

    /** Why the connection failed. */
    void error(String message);

    /** Nothing more comes from the pod. */
    void ended();

    /** Both directions are at their end. */
    void done();
  }

  private final PodConnection.Dialer dialer;
  private final int port;
  private final Client client;
  private final Inbox<ByteBuffer> input;
  private @Nullable PodConnection connected;
  private boolean given;

  ForwardSession(PodConnection.Dialer dialer, int port, Client client, ReadGate gate) {
    this.dialer = dialer;
    this.port = port;
    this.client = client;
    this.input = new Inbox<>(gate);
  }

  void start() {
    Thread.ofVirtual().name("port-forward-" + port).start(this::run);
  }

  void input(byte[] bytes) {
    input.add(ByteBuffer.wrap(bytes), bytes.length);
  }

  /** The client sends no more. */
  void inputEnded() {
    input.end();
  }

  /** The client wants nothing more of this connection. */
  void giveUp() {
    PodConnection connection;
    synchronized (this) {
      given = true;
      connection = connected;
    }
    input.discard();
    if (connection != null) {
      Thread.ofVirtual().name("port-forward-close").start(connection::close);
    }
  }

  private synchronized boolean isGivenUp() {
    return given;
  }

  private synchronized boolean take(PodConnection connection) {
    connected = connection;
    return !given;
  }

  private void run() {
    try (PodConnection connection = dialer.dial(port)) {
      if (take(connection)) {
        Thread feeder = Thread.ofVirtual().name("port-forward-input").start(() -> feed(connection));
        carry(connection);
        client.ended();
        feeder.join();
      }
    } catch (IOException | RuntimeException e) {
      if (!isGivenUp()) {
        client.error(explain(String.valueOf(e.getMessage())));
      }
      giveUp();
      client.ended();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.done();
  }

  /** Runtimes begin their own sentence with the same words. */
  private String explain(String why) {
    String begin = "error forwarding port " + port;
    return why.startsWith(begin) ? why : begin + " to pod: " + why;
  }

  private void carry(PodConnection connection) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int n = connection.read(chunk); n >= 0; n = connection.read(chunk)) {
      client.data(ByteBuffer.wrap(Arrays.copyOf(chunk, n)));
    }
  }

  private void feed(PodConnection connection) {
    try {
      for (Optional<ByteBuffer> b = input.take(); b.isPresent(); b = input.take()) {
        connection.write(b.get());
      }
      if (!isGivenUp()) {
        connection.closeInput();
      }
    } catch (IOException e) {
      // The pod no longer reads; what it still sends is carried on.
      input.discard();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
