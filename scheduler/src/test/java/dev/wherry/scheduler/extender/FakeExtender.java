package dev.wherry.scheduler.extender;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** An extender on a port of its own that answers as it was told. */
final class FakeExtender implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final List<JsonNode> asked = new CopyOnWriteArrayList<>();

  FakeExtender() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.add(Json.parse(exchange.getRequestBody().readAllBytes()));
    String verb = exchange.getRequestURI().getPath().replaceAll(".*/", "");
    String text = answers.get(verb);
    if (text == null) {
      exchange.sendResponseHeaders(500, -1);
    } else if (!text.isEmpty()) {
      byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
    // Without a text nothing is answered, ever.
    if (text == null || !text.isEmpty()) {
      exchange.close();
    }
  }

  /** Answers a verb; "" keeps silent. */
  FakeExtender on(String verb, String answer) {
    answers.put(verb, answer);
    return this;
  }

  /** Bodies in the order they came. */
  List<JsonNode> asked() {
    return asked;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/scheduler/";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
