package dev.wherry.runtime.docker.streams;

import dev.wherry.runtime.docker.DockerStreams;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Port-forward over SPDY: for each connection of the client an error and a data stream with the
 * same request id. Connections are independent; a refused one says so on its error stream.
 */
final class SpdyPortForward extends SpdyConnection {
  static final String PROTOCOL = "portforward.k8s.io";

  private static final int CHUNK_BYTES = 32 * 1024;
  private static final int WAITING_CHUNKS_MAX = 64;
  private static final byte[] END = new byte[0];

  private final DockerStreams docker;
  private final String sandboxId;
  private final Map<String, Integer> errors = new HashMap<>();
  private final Map<Integer, LinkedBlockingQueue<byte[]>> connections = new HashMap<>();

  SpdyPortForward(Channel channel, DockerStreams docker, String sandboxId) {
    super(channel);
    this.docker = docker;
    this.sandboxId = sandboxId;
  }

  @Override
  void opened(int stream, Map<String, String> headers) {
    String request = headers.getOrDefault("requestid", "");
    if (headers.getOrDefault("streamtype", "").equals("error")) {
      errors.put(request, stream);
      return;
    }
    Integer error = errors.remove(request);
    String port = headers.getOrDefault("port", "");
    if (error == null || !port.matches("\\d{1,5}")) {
      end(stream);
      return;
    }
    var input = new LinkedBlockingQueue<byte[]>();
    connections.put(stream, input);
    Thread.ofVirtual()
        .name("port-forward-" + port)
        .start(() -> forward(Integer.parseInt(port), stream, error, input));
  }

  @Override
  void received(int stream, byte[] bytes) {
    LinkedBlockingQueue<byte[]> input = connections.get(stream);
    if (input != null) {
      input.add(bytes);
      if (input.size() >= WAITING_CHUNKS_MAX) {
        channel.config().setAutoRead(false);
      }
    }
  }

  @Override
  void ended(int stream) {
    LinkedBlockingQueue<byte[]> input = connections.get(stream);
    if (input != null) {
      input.add(END);
    }
  }

  @Override
  void connectionGone() {
    connections.values().forEach(input -> input.add(END));
  }

  private void forward(int port, int data, int error, LinkedBlockingQueue<byte[]> input) {
    Thread feeder = Thread.currentThread();
    try {
      Process dial = docker.dial(sandboxId, port);
      feeder = Thread.ofVirtual().start(() -> feed(dial.getOutputStream(), input));
      try {
        carry(dial.getInputStream(), data);
        if (dial.waitFor() != 0) {
          String reason =
              new String(dial.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
          refuse(error, port, reason);
        }
      } finally {
        dial.destroy();
        feeder.interrupt();
      }
    } catch (IOException | RuntimeException e) {
      refuse(error, port, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(data);
      end(error);
      channel.eventLoop().execute(() -> connections.remove(data));
      channel.config().setAutoRead(true);
    }
  }

  private void refuse(int error, int port, String reason) {
    byte[] text =
        ("error forwarding port " + port + " to pod: " + reason).getBytes(StandardCharsets.UTF_8);
    try {
      send(error, ByteBuffer.wrap(text));
    } catch (IOException e) {
      // Nobody is left to be told.
    }
  }

  private void carry(InputStream from, int data) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
      send(data, ByteBuffer.wrap(chunk, 0, n));
    }
  }

  private void feed(OutputStream to, LinkedBlockingQueue<byte[]> input) {
    try (to) {
      for (byte[] bytes = input.take(); bytes.length > 0; bytes = input.take()) {
        to.write(bytes);
        to.flush();
        if (input.isEmpty()) {
          channel.config().setAutoRead(true);
        }
      }
    } catch (IOException e) {
      // The pod no longer reads.
      channel.config().setAutoRead(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
