package dev.wherry.bench.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** HTTP/2 clients that share some connections. */
public final class Clients implements AutoCloseable {
  /** Clients, or watchers, on one connection: as many as apiload puts there. */
  private static final int PER_CONNECTION = 16;

  private final String url;
  private final List<HttpClient> connections = new ArrayList<>();

  /**
   * @param count clients or watchers at a time
   */
  public Clients(String url, SSLContext tls, int count) {
    this.url = url;
    for (int i = 0; i < (count + PER_CONNECTION - 1) / PER_CONNECTION; i++) {
      connections.add(
          HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_2).build());
    }
  }

  private HttpRequest request(String method, String path, String body) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .method(method, HttpRequest.BodyPublishers.ofString(body))
        .header("Content-Type", "application/json")
        .build();
  }

  /**
   * One request.
   *
   * @return bytes of the answer
   */
  public byte[] send(int client, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        connections
            .get(client % connections.size())
            .send(request(method, path, body), HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() >= 300) {
      throw new IOException(method + " " + path + ": " + new String(answer.body(), 0, 200));
    }
    return answer.body();
  }

  /** A request to be made. */
  public record Call(String method, String path, String body) {}

  /**
   * Makes many requests, each client one after the other.
   *
   * @return bytes of all answers
   */
  public long sendAll(int clients, int count, IntFunction<Call> calls) throws IOException {
    AtomicInteger next = new AtomicInteger();
    LongAdder bytes = new LongAdder();
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int c = 0; c < clients; c++) {
        int client = c;
        threads.execute(() -> {
          try {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
              Call call = calls.apply(i);
              bytes.add(send(client, call.method(), call.path(), call.body()).length);
            }
          } catch (IOException | InterruptedException e) {
            failure.compareAndSet(null, e);
          }
        });
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new IOException("a request failed", failed);
    }
    return bytes.sum();
  }

  /** Opens watches that count their events and bytes until the clients are closed. */
  public void watch(int watchers, String path, LongAdder events, LongAdder bytes)
      throws IOException, InterruptedException {
    List<java.util.concurrent.CompletableFuture<?>> opened = new ArrayList<>();
    java.util.concurrent.CountDownLatch answered =
        new java.util.concurrent.CountDownLatch(watchers);
    for (int i = 0; i < watchers; i++) {
      opened.add(
          connections
              .get(i % connections.size())
              .sendAsync(
                  request("GET", path, ""),
                  info -> {
                    answered.countDown();
                    return BodySubscribers.fromSubscriber(new Counting(events, bytes));
                  }));
    }
    answered.await();
  }

  @Override
  public void close() {
    connections.forEach(HttpClient::shutdownNow);
  }

  /** Counts lines: each is an event. */
  private record Counting(LongAdder events, LongAdder bytes)
      implements Flow.Subscriber<List<ByteBuffer>> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
      for (ByteBuffer piece : pieces) {
        bytes.add(piece.remaining());
        while (piece.hasRemaining()) {
          if (piece.get() == '\n') {
            events.increment();
          }
        }
      }
    }

    @Override
    public void onError(Throwable failure) {
      // The end of the measurement.
    }

    @Override
    public void onComplete() {
      // As above.
    }
  }
}
