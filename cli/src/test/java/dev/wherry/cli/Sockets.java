package dev.wherry.cli;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * WebSockets as the conformance suite opens them.
 *
 * @param base what every path follows
 */
record Sockets(HttpClient http, String base) {
  private static final int SECONDS_MAX = 120;

  /** Everything a server says until it closes, or until it has answered what was said. */
  String hear(String path, String protocol, String... say) throws Exception {
    Heard heard = new Heard(say.length > 0 ? 3 : Integer.MAX_VALUE);
    WebSocket socket =
        http.newWebSocketBuilder()
            .subprotocols(protocol)
            .buildAsync(URI.create(base + path), heard)
            .get(SECONDS_MAX, TimeUnit.SECONDS);
    for (String text : say) {
      socket.sendBinary(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)), true).join();
    }
    try {
      return heard.text.get(SECONDS_MAX, TimeUnit.SECONDS);
    } finally {
      socket.abort();
    }
  }

  private static final class Heard implements WebSocket.Listener {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<String> text = new CompletableFuture<>();
    private int left;

    Heard(int messages) {
      left = messages;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      byte[] piece = new byte[data.remaining()];
      data.get(piece);
      bytes.writeBytes(piece);
      left -= last ? 1 : 0;
      if (left == 0) {
        end();
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      end();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      text.completeExceptionally(error);
    }

    private void end() {
      text.complete(bytes.toString(StandardCharsets.UTF_8));
    }
  }
}
