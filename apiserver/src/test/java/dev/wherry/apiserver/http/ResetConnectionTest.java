package dev.wherry.apiserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are killed in the middle: every operator's pod that ends is one. */
class ResetConnectionTest {
  private static final int TRIES_MAX = 200;
  private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  private static final class Kept extends Handler {
    private final List<String> messages = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord record) {
      messages.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void http2Connection_isReset_endsWithoutAWord(@TempDir Path directory) throws Exception {
    HttpLimits oneConnection = new HttpLimits(4_096, 8_192, 8, 8, 1, 30, 30);
    Logger pipelines = Logger.getLogger("io.netty.channel.DefaultChannelPipeline");
    Kept kept = new Kept();
    pipelines.addHandler(kept);
    try (EdgeFixture edge =
        new EdgeFixture(directory, oneConnection, e -> e.respond(200, "text/plain", new byte[0]))) {
      try (Socket bare = new Socket("localhost", edge.edge().port())) {
        speakHttp2(edge, bare);
        bare.setSoLinger(true, 0);
      }
      assertEquals(200, answerOfTheNext(edge));
      assertEquals(List.of(), kept.messages);
    } finally {
      pipelines.removeHandler(kept);
    }
  }

  /** Begins a connection and waits for the server's own settings. */
  private static void speakHttp2(EdgeFixture edge, Socket bare) throws IOException {
    SSLSocket tls =
        (SSLSocket)
            edge.trusting()
                .getSocketFactory()
                .createSocket(bare, "localhost", edge.edge().port(), false);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    tls.setSSLParameters(parameters);
    tls.getOutputStream()
        .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    tls.getOutputStream().write(EMPTY_SETTINGS);
    assertTrue(tls.getInputStream().read() >= 0, "the server speaks");
  }

  /** There is room for one connection, so this one is answered when the other has ended. */
  private static int answerOfTheNext(EdgeFixture edge) throws InterruptedException {
    for (int i = 0; i < TRIES_MAX; i++) {
      try (HttpClient client = edge.client(HttpClient.Version.HTTP_1_1)) {
        return edge.get(client, "/").statusCode();
      } catch (IOException _) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
    return 0;
  }
}
