package dev.wherry.testkit.software;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/** Clients that ask for one page without a pause until they are closed. */
final class WebLoad implements AutoCloseable {
  private static final int CLIENTS = 6;
  private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

  private final HttpRequest request;
  private final Map<String, Long> answers = new ConcurrentHashMap<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final List<Thread> clients;
  private volatile boolean stopped;

  private WebLoad(URI page) {
    request = HttpRequest.newBuilder(page).timeout(ANSWER_MAX).build();
    clients =
        IntStream.range(0, CLIENTS)
            .mapToObj(number -> Thread.ofVirtual().name("load-" + number).start(this::ask))
            .toList();
  }

  static WebLoad start(URI page) {
    return new WebLoad(page);
  }

  /** A connection is kept for a while, as browsers and proxies do. */
  private void ask() {
    try {
      while (!stopped) {
        try (HttpClient client = HttpClient.newHttpClient()) {
          for (int i = 0; i < 20 && !stopped; i++) {
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() == 200) {
              answers.merge(response.body().strip(), 1L, Long::sum);
            } else {
              failures.add("status " + response.statusCode());
            }
          }
        } catch (IOException e) {
          failures.add(e.toString());
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often each text was the answer. */
  Map<String, Long> answers() {
    return Map.copyOf(answers);
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    for (Thread client : clients) {
      client.join();
    }
  }
}
