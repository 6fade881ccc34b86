package dev.wherry.apiserver.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpEdgeTest {
  private static final int CHUNK_BYTES = 16 << 10;

  @TempDir Path folder;

  private static void echo(Exchange exchange) {
    String text =
        exchange.method()
            + " "
            + exchange.path()
            + " "
            + exchange.query().raw()
            + " "
            + new String(exchange.body(), StandardCharsets.UTF_8);
    exchange.respond(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void request_bothVersions_answered(HttpClient.Version version) throws Exception {
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), HttpEdgeTest::echo);
        HttpClient client = edge.client(version)) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(edge.uri("/api/v1/pods%20x?limit=5"))
                  .POST(HttpRequest.BodyPublishers.ofString("hello"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(version, answer.version());
      assertEquals("POST /api/v1/pods x limit=5 hello", answer.body());
      assertEquals("GET /b  ", edge.get(client, "/b").body());
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void body_tooLarge_413WithStatus(HttpClient.Version version) throws Exception {
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), HttpEdgeTest::echo);
        HttpClient client = edge.client(version)) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(edge.uri("/api/v1/pods"))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[4_097]))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertEquals(413, answer.statusCode());
      assertTrue(answer.body().contains("\"reason\":\"RequestEntityTooLarge\""), answer.body());
    }
  }

  @Test
  void chunkedBody_tooLarge_413() throws Exception {
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), HttpEdgeTest::echo);
        SSLSocket socket = edge.connect()) {
      String chunk = "a00\r\n" + "x".repeat(0xa00) + "\r\n";
      EdgeFixture.send(
          socket,
          "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk);
      assertTrue(EdgeFixture.readUntil(socket, "\r\n").startsWith("HTTP/1.1 413 "));
    }
  }

  @Test
  void head_tooLarge_431() throws Exception {
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), HttpEdgeTest::echo);
        SSLSocket socket = edge.connect()) {
      EdgeFixture.send(
          socket, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "y".repeat(9_000) + "\r\n\r\n");
      assertTrue(EdgeFixture.readUntil(socket, "\r\n").startsWith("HTTP/1.1 431 "));
    }
  }

  @Test
  void requests_sentAhead_answeredInOrder() throws Exception {
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), HttpEdgeTest::echo);
        SSLSocket socket = edge.connect()) {
      String one = "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n";
      EdgeFixture.send(socket, one.formatted(1) + one.formatted(2) + one.formatted(3));
      String answers = EdgeFixture.readUntil(socket, "GET /3");
      assertTrue(answers.indexOf("GET /1") < answers.indexOf("GET /2"), answers);
    }
  }

  @Test
  void client_saysNothing_isClosed() throws Exception {
    var limits = new HttpLimits(4_096, 8_192, 8, 8, 50, 3, 3);
    try (EdgeFixture edge = new EdgeFixture(folder, limits, HttpEdgeTest::echo);
        SSLSocket silent = edge.connect();
        SSLSocket half = edge.connect()) {
      silent.startHandshake();
      EdgeFixture.send(half, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
      assertEquals("", EdgeFixture.readUntil(silent, "never"));
      assertEquals("", EdgeFixture.readUntil(half, "never"));
    }
  }

  @Test
  void requests_beyondTheLimit_429AndWatchesApart() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Semaphore began = new Semaphore(0);
    RequestHandler held =
        exchange -> {
          began.release();
          await(go);
          echo(exchange);
        };
    var limits = new HttpLimits(4_096, 8_192, 1, 2, 50, 30, 30);
    try (EdgeFixture edge = new EdgeFixture(folder, limits, held);
        HttpClient client = edge.client(HttpClient.Version.HTTP_1_1)) {
      var first =
          client.sendAsync(
              HttpRequest.newBuilder(edge.uri("/a")).build(), HttpResponse.BodyHandlers.ofString());
      began.acquire();
      HttpResponse<String> second = edge.get(client, "/b");
      assertEquals(429, second.statusCode());
      assertEquals("1", second.headers().firstValue("Retry-After").orElse(""));
      var watch =
          client.sendAsync(
              HttpRequest.newBuilder(edge.uri("/api/v1/pods?watch=1")).build(),
              HttpResponse.BodyHandlers.ofString());
      began.acquire();
      go.countDown();
      assertEquals(200, first.get().statusCode());
      assertEquals(200, watch.get().statusCode());
      // The place is given back once the answer is out.
      int code = edge.get(client, "/c").statusCode();
      while (code == 429) {
        code = edge.get(client, "/c").statusCode();
      }
      assertEquals(200, code);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A reader that takes nothing stops its writer early and costs nobody else anything. */
  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void slowReader_stopsItsWriterOnly(HttpClient.Version version) throws Exception {
    AtomicLong written = new AtomicLong();
    CompletableFuture<String> end = new CompletableFuture<>();
    AtomicReference<Thread> writer = new AtomicReference<>();
    RequestHandler endless =
        exchange -> {
          if (!exchange.path().equals("/endless")) {
            echo(exchange);
            return;
          }
          writer.set(Thread.currentThread());
          Exchange.ResponseStream out = exchange.stream(200, "text/plain");
          out.whenGone(() -> end.complete("gone"));
          while (out.isOpen()) {
            out.write(Unpooled.wrappedBuffer(new byte[CHUNK_BYTES]));
            out.flush();
            written.addAndGet(CHUNK_BYTES);
            out.awaitWritable();
          }
        };
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), endless)) {
      HttpClient slow = edge.client(version);
      var answer =
          slow.send(
              HttpRequest.newBuilder(edge.uri("/endless")).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      while (!isWaiting(writer.get())) {
        Thread.onSpinWait();
      }
      try (HttpClient other = edge.client(version)) {
        for (int i = 0; i < 20; i++) {
          assertEquals(200, edge.get(other, "/other").statusCode());
        }
      }
      assertTrue(written.get() < 64L << 20, "written while nobody read: " + written);
      answer.body().close();
      slow.shutdownNow();
      assertEquals("gone", end.get(120, TimeUnit.SECONDS));
    }
  }

  private static boolean isWaiting(Thread thread) {
    return EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(thread.getState());
  }

  @Test
  void close_requestUnderWay_isAnswered() throws Exception {
    Semaphore began = new Semaphore(0);
    CountDownLatch go = new CountDownLatch(1);
    EdgeFixture edge =
        new EdgeFixture(
            folder,
            EdgeFixture.limits(),
            exchange -> {
              began.release();
              await(go);
              echo(exchange);
            });
    try (HttpClient client = edge.client(HttpClient.Version.HTTP_1_1)) {
      var answer =
          client.sendAsync(
              HttpRequest.newBuilder(edge.uri("/late")).build(),
              HttpResponse.BodyHandlers.ofString());
      began.acquire();
      Thread closing = Thread.ofVirtual().start(edge::close);
      go.countDown();
      assertEquals(200, answer.get(120, TimeUnit.SECONDS).statusCode());
      closing.join();
    }
  }

  @Test
  void webSocket_messagesArriveInOrder_pingIsAnswered() throws Exception {
    int count = 2_000;
    CompletableFuture<Void> pinged = new CompletableFuture<>();
    RequestHandler watch =
        exchange -> {
          assertTrue(WebSocketStream.isRequested(exchange));
          AnswerStream out = WebSocketStream.accept(exchange);
          for (int i = 0; i < count; i++) {
            out.write(
                Unpooled.copiedBuffer(
                    "{\"i\":" + i + "}" + " ".repeat(500), StandardCharsets.UTF_8));
            out.flush();
            if (!out.isWritable()) {
              out.awaitWritable();
            }
          }
          pinged.orTimeout(120, TimeUnit.SECONDS).join();
          out.close();
        };
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), watch);
        HttpClient client = edge.client(HttpClient.Version.HTTP_1_1)) {
      LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
      WebSocket socket =
          client
              .newWebSocketBuilder()
              .buildAsync(
                  java.net.URI.create(
                      "wss://localhost:" + edge.edge().port() + "/api/v1/pods?watch=true"),
                  new Ear(heard))
              .get(120, TimeUnit.SECONDS);
      socket.sendPing(java.nio.ByteBuffer.wrap(new byte[] {1})).get(120, TimeUnit.SECONDS);
      int next = 0;
      boolean pong = false;
      while (next < count || !pong) {
        String text = heard.poll(120, TimeUnit.SECONDS);
        if ("pong".equals(text)) {
          pong = true;
        } else {
          assertTrue(String.valueOf(text).startsWith("{\"i\":" + next + "}"), text + " at " + next);
          next++;
        }
      }
      pinged.complete(null);
      assertEquals("closed", heard.poll(120, TimeUnit.SECONDS));
    }
  }

  /** Hears whole messages; the client hands them over in the pieces that came. */
  private record Ear(LinkedBlockingQueue<String> heard, StringBuilder pieces)
      implements WebSocket.Listener {
    Ear(LinkedBlockingQueue<String> heard) {
      this(heard, new StringBuilder());
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      pieces.append(data);
      if (last) {
        heard.add(pieces.toString());
        pieces.setLength(0);
      }
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, java.nio.ByteBuffer message) {
      heard.add("pong");
      socket.request(1);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      heard.add("closed");
      return CompletableFuture.completedStage(null);
    }
  }

  @Test
  void handler_throws_500WithStatusAndNoTrace() throws Exception {
    RequestHandler broken =
        exchange -> {
          throw new IllegalStateException("secret detail");
        };
    try (EdgeFixture edge = new EdgeFixture(folder, EdgeFixture.limits(), broken);
        HttpClient client = edge.client(HttpClient.Version.HTTP_2)) {
      HttpResponse<String> answer = edge.get(client, "/x");
      assertEquals(500, answer.statusCode());
      assertTrue(answer.body().contains("\"reason\":\"InternalError\""));
      assertTrue(!answer.body().contains("secret detail"));
    }
  }
}
