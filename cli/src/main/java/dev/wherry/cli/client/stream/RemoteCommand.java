package dev.wherry.cli.client.stream;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.machinery.client.ApiTransport;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command in a container over WebSocket with {@code v5.channel.k8s.io} (KEP-4006): each message
 * begins with its channel's number; 255 with a number says that this channel is at its end.
 */
public final class RemoteCommand implements WebSocket.Listener {
  private static final String PROTOCOL = "v5.channel.k8s.io";
  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int STATUS = 3;
  private static final int RESIZE = 4;
  private static final int CLOSE = 255;
  private static final int CHUNK_BYTES = 32 * 1024;
  private static final int STATUS_BYTES_MAX = 256 * 1024;

  /** As kubectl: a ping each 5 s, and the connection is given up after 61 s without a word. */
  private static final Duration PING = Duration.ofSeconds(5);

  private static final Duration SILENCE_MAX = Duration.ofSeconds(61);

  private final OutputStream out;
  private final OutputStream err;
  private final ByteArrayOutputStream status = new ByteArrayOutputStream();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private volatile long heardNanos = System.nanoTime();
  private int channel = -1;

  private RemoteCommand(OutputStream out, OutputStream err) {
    this.out = out;
    this.err = err;
  }

  /** A command that is running. */
  public static final class Running {
    private final RemoteCommand command;
    private final WebSocket socket;

    private Running(RemoteCommand command, WebSocket socket) {
      this.command = command;
      this.socket = socket;
    }

    /** Sends everything of a stream, then says that there is no more; blocks, own thread. */
    public void pump(InputStream in) {
      byte[] chunk = new byte[CHUNK_BYTES];
      try {
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          send(STDIN, chunk, read);
        }
        send(CLOSE, new byte[] {STDIN}, 1);
      } catch (IOException | CompletionException e) {
        // The command has ended meanwhile; how, await tells.
      }
    }

    /** Tells the size of the terminal. */
    public void resize(Terminal.Size size) {
      byte[] json =
          "{\"Width\":%d,\"Height\":%d}"
              .formatted(size.width(), size.height())
              .getBytes(StandardCharsets.UTF_8);
      try {
        send(RESIZE, json, json.length);
      } catch (CompletionException e) {
        // As above.
      }
    }

    /** Ends the session as if the command had ended well; the command goes on. */
    public void detach() {
      command.ended.complete(0);
    }

    /** One message at a time: a WebSocket takes no second one before the first is out. */
    private synchronized void send(int channel, byte[] bytes, int length) {
      ByteBuffer message = ByteBuffer.allocate(length + 1);
      message.put((byte) channel).put(bytes, 0, length).flip();
      socket.sendBinary(message, true).join();
    }

    /**
     * Waits for the end.
     *
     * @return the command's exit code
     * @throws ClientException when it could not be run, or the connection broke
     */
    public int await() {
      try {
        return command.ended.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException known
            ? known
            : ClientException.error(String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw ClientException.error("interrupted");
      } finally {
        socket.abort();
      }
    }
  }

  /**
   * Starts the command that the path describes.
   *
   * @throws ApiException when the server refuses
   * @throws ClientException when it cannot be reached
   */
  public static Running start(Api api, String path, OutputStream out, OutputStream err) {
    RemoteCommand command = new RemoteCommand(out, err);
    try {
      WebSocket socket = api.webSocket(path, PROTOCOL, command).join();
      Thread.ofVirtual().name("remote-command-pings").start(() -> command.keepAlive(socket));
      return new Running(command, socket);
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
  }

  /**
   * Finds out about a connection that ended without anybody saying so: the JDK's WebSocket now and
   * then does not tell of an end that comes right behind a message.
   */
  private void keepAlive(WebSocket socket) {
    try {
      while (!endsWithin(PING)) {
        if (System.nanoTime() - heardNanos > SILENCE_MAX.toNanos()) {
          broke("the server has been silent for " + SILENCE_MAX.toSeconds() + " s");
          return;
        }
        var _ =
            socket
                .sendPing(ByteBuffer.allocate(0))
                .whenComplete((sent, failure) -> {
                  // An earlier ping that is not out yet is no failure of the connection.
                  if (failure instanceof IOException) {
                    onError(socket, failure);
                  }
                });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean endsWithin(Duration time) throws InterruptedException {
    try {
      ended.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private void broke(String why) {
    ended.completeExceptionally(ClientException.error("error reading from error stream: " + why));
  }

  @Override
  public @org.jspecify.annotations.Nullable CompletionStage<?> onPong(
      WebSocket socket, ByteBuffer message) {
    heardNanos = System.nanoTime();
    socket.request(1);
    return null;
  }

  @Override
  public @org.jspecify.annotations.Nullable CompletionStage<?> onBinary(
      WebSocket socket, ByteBuffer data, boolean last) {
    heardNanos = System.nanoTime();
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
      ended.completeExceptionally(ClientException.error("cannot write: " + e.getMessage()));
    }
    return null;
  }

  private void deliver(byte[] bytes) throws IOException {
    switch (channel) {
      case STDOUT -> {
        out.write(bytes);
        out.flush();
      }
      case STDERR -> {
        err.write(bytes);
        err.flush();
      }
      case STATUS -> {
        if (status.size() + bytes.length <= STATUS_BYTES_MAX) {
          status.write(bytes);
        }
      }
      default -> {
        // Ends of channels say nothing that the status does not.
      }
    }
  }

  @Override
  public @org.jspecify.annotations.Nullable CompletionStage<?> onClose(
      WebSocket socket, int code, String reason) {
    finish(code, reason);
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    if (status.size() > 0) {
      finish(WebSocket.NORMAL_CLOSURE, "");
    } else {
      broke(String.valueOf(error.getMessage()));
    }
  }

  private void finish(int code, String reason) {
    if (status.size() == 0) {
      if (code == WebSocket.NORMAL_CLOSURE) {
        ended.complete(0);
      } else {
        ended.completeExceptionally(
            ClientException.error("websocket: close " + code + " " + reason));
      }
      return;
    }
    try {
      ended.complete(exitCode(Json.parse(status.toByteArray())));
    } catch (DecodeException e) {
      ended.completeExceptionally(
          ClientException.error(status.toString(StandardCharsets.UTF_8).strip()));
    } catch (ClientException e) {
      ended.completeExceptionally(e);
    }
  }

  private static int exitCode(JsonNode status) {
    if (status.path("status").asText().equals("Success")) {
      return 0;
    }
    if (status.path("reason").asText().equals("NonZeroExitCode")) {
      for (JsonNode cause : status.path("details").path("causes")) {
        if (cause.path("reason").asText().equals("ExitCode")) {
          return Integer.parseInt(cause.path("message").asText("1"));
        }
      }
    }
    throw ClientException.error(status.path("message").asText("the command could not be run"));
  }
}
