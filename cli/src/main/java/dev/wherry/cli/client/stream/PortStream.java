package dev.wherry.cli.client.stream;

import dev.wherry.cli.client.http.Api;
import dev.wherry.machinery.client.ApiTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a port of a pod over a WebSocket with {@code v4.channel.k8s.io}: data on
 * channel 0, why it failed on channel 1, each beginning with the port in two bytes (kubelet
 * portforward/websocket.go). The protocol cannot say that only one side has ended.
 */
public final class PortStream implements WebSocket.Listener {
  private static final String PROTOCOL = "v4.channel.k8s.io";
  private static final int DATA = 0;
  private static final int ERROR = 1;
  private static final int PORT_BYTES = 2;
  private static final int CHUNK_BYTES = 32 * 1024;
  private static final int ERROR_BYTES_MAX = 16 * 1024;

  private final OutputStream out;
  private final ByteArrayOutputStream error = new ByteArrayOutputStream();
  private final int[] greeting = {PORT_BYTES, PORT_BYTES};
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private int channel = -1;

  private PortStream(OutputStream out) {
    this.out = out;
  }

  /**
   * Carries bytes both ways until one side ends.
   *
   * @param path of the portforward with its port
   * @return why the pod refused, "" when it did not
   * @throws dev.wherry.model.status.ApiException when the server refuses
   */
  public static String carry(Api api, String path, InputStream in, OutputStream out)
      throws IOException {
    PortStream stream = new PortStream(out);
    WebSocket socket;
    try {
      socket = api.webSocket(path, PROTOCOL, stream).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof WebSocketHandshakeException handshake) {
        Object body = handshake.getResponse().body();
        byte[] bytes =
            body instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : new byte[0];
        throw ApiTransport.refusal(handshake.getResponse().statusCode(), bytes);
      }
      throw api.unreachable(cause);
    }
    Thread.ofVirtual().name("port-forward-send").start(() -> send(socket, in));
    try {
      return stream.ended.join();
    } catch (CompletionException e) {
      throw new IOException(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
    } finally {
      socket.abort();
    }
  }

  private static void send(WebSocket socket, InputStream in) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        ByteBuffer message = ByteBuffer.allocate(read + 1);
        message.put((byte) DATA).put(chunk, 0, read).flip();
        socket.sendBinary(message, true).join();
      }
    } catch (IOException | CompletionException e) {
      // The connection has ended; how, the reader tells.
      socket.abort();
    }
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    try {
      if (channel < 0 && data.hasRemaining()) {
        channel = Byte.toUnsignedInt(data.get());
      }
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      deliver(bytes);
      if (last) {
        channel = -1;
      }
      socket.request(1);
    } catch (IOException e) {
      ended.complete("");
    }
    return null;
  }

  private void deliver(byte[] bytes) throws IOException {
    if (channel != DATA && channel != ERROR) {
      return;
    }
    int skipped = Math.min(greeting[channel], bytes.length);
    greeting[channel] -= skipped;
    if (channel == DATA) {
      out.write(bytes, skipped, bytes.length - skipped);
      out.flush();
    } else if (error.size() < ERROR_BYTES_MAX) {
      error.write(bytes, skipped, bytes.length - skipped);
    }
  }

  private void finish() {
    ended.complete(error.toString(StandardCharsets.UTF_8).strip());
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    finish();
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable failure) {
    if (error.size() > 0) {
      finish();
    } else {
      ended.completeExceptionally(failure);
    }
  }
}
