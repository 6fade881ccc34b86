package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.RawHttpServer;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.LifecycleHandler;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.SleepAction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lifecycle handlers: HTTP against a real server, sleep on a clock that the test moves. */
class HooksTest {
  private static final Duration LONG = Duration.ofSeconds(120);

  private final FakeTimer clock = new FakeTimer();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private RawHttpServer server;
  private CriRuntime runtime;
  private Hooks hooks;

  @BeforeEach
  void start() throws IOException {
    runtime = new CriRuntime("unix:///nowhere.sock", "unix:///nowhere.sock");
    hooks =
        new Hooks(
            runtime,
            clock,
            (_, _, type, reason, message) -> told.add(type + " " + reason + ": " + message));
    server =
        new RawHttpServer()
            .answer("/echo", "HTTP/1.1 200 OK\r\n\r\n")
            .answer("/echo?msg=poststart", "HTTP/1.1 200 OK\r\n\r\n")
            .answer("/bad", "HTTP/1.1 500 Oh\r\n\r\n");
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    runtime.close();
  }

  private List<String> asked() {
    return server.heads().stream().map(head -> head.split(" ", 3)[1]).toList();
  }

  private Optional<String> get(String path) {
    return get("HTTP", path);
  }

  private Optional<String> get(String scheme, String path) {
    return get(scheme, path, server.port());
  }

  private Optional<String> get(String scheme, String path, int port) {
    Container container =
        Container.builder()
            .name("c")
            .ports(List.of(ContainerPort.builder().name("web").containerPort(port).build()))
            .build();
    HTTPGetAction get =
        HTTPGetAction.builder().scheme(scheme).path(path).port(IntOrString.of("web")).build();
    return hooks.run(
        Pod.builder().build(),
        LifecycleHandler.builder().httpGet(get).build(),
        container,
        "id",
        "127.0.0.1",
        LONG);
  }

  @Test
  void httpHook_answeredWell_asksTheNamedPortAtThePodsAddress() {
    assertEquals(Optional.empty(), get("/echo?msg=poststart"));
    assertEquals(List.of("/echo?msg=poststart"), asked());
  }

  @Test
  void httpHook_answeredWithAnError_wasCalled() {
    assertEquals(Optional.empty(), get("/bad"));
    assertEquals(List.of("/bad"), asked());
  }

  @Test
  void httpHook_withoutServer_saysWhy() throws IOException {
    // A port that is bound and not listened at is nobody else's meanwhile.
    try (Socket held = new Socket()) {
      held.bind(new InetSocketAddress("127.0.0.1", 0));
      int port = held.getLocalPort();
      assertEquals(
          Optional.of(
              "Get \"http://127.0.0.1:%d/x\": dial tcp 127.0.0.1:%d: connect: connection refused"
                  .formatted(port, port)),
          get("HTTP", "/x", port));
    }
  }

  @Test
  void httpsHook_thatSpeaksHttp_isCalledByHttpAndToldOf() {
    assertEquals(Optional.empty(), get("HTTPS", "/echo"));
    assertEquals(List.of("/echo"), asked());
    assertEquals(
        List.of(
            "WARNING LifecycleHTTPFallback: request to HTTPS lifecycle hook 127.0.0.1:"
                + server.port()
                + " got HTTP response, retry with HTTP succeeded"),
        told);
  }

  @Test
  void sleepHook_longerThanTheGracePeriod_endsWithThePeriod() {
    CompletableFuture<Optional<String>> ended =
        CompletableFuture.supplyAsync(() ->
            hooks.run(
                Pod.builder().build(),
                LifecycleHandler.builder()
                    .sleep(SleepAction.builder().seconds(60L).build())
                    .build(),
                Container.builder().name("c").build(),
                "id",
                "",
                Duration.ofSeconds(30)));
    Await.until(LONG, () -> "alarms: " + clock.pending(), () -> clock.pending() == 1);
    clock.advance(Duration.ofSeconds(30));

    assertEquals(
        Optional.empty(), ended.orTimeout(120, java.util.concurrent.TimeUnit.SECONDS).join());
  }
}
