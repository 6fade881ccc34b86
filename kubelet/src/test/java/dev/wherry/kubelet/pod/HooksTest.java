package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.ContainerPort;
import dev.wherry.model.core.v1.HTTPGetAction;
import dev.wherry.model.core.v1.LifecycleHandler;
import dev.wherry.model.core.v1.SleepAction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private CriRuntime runtime;
  private Hooks hooks;

  @BeforeEach
  void start() throws IOException {
    runtime = new CriRuntime("unix:///nowhere.sock", "unix:///nowhere.sock");
    hooks = new Hooks(runtime, clock);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().equals("/bad") ? 500 : 200, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    runtime.close();
  }

  private Optional<String> get(String path) {
    Container container =
        Container.builder()
            .name("c")
            .ports(
                List.of(
                    ContainerPort.builder()
                        .name("web")
                        .containerPort(server.getAddress().getPort())
                        .build()))
            .build();
    HTTPGetAction get = HTTPGetAction.builder().path(path).port(IntOrString.of("web")).build();
    return hooks.run(
        LifecycleHandler.builder().httpGet(get).build(), container, "id", "127.0.0.1", LONG);
  }

  @Test
  void httpHook_answeredWell_asksTheNamedPortAtThePodsAddress() {
    assertEquals(Optional.empty(), get("/echo?msg=poststart"));
    assertEquals(List.of("/echo?msg=poststart"), asked);
  }

  @Test
  void httpHook_answeredWithAnError_saysSo() {
    assertTrue(get("/bad").orElse("").contains("500"), () -> "asked " + asked);
  }

  @Test
  void sleepHook_longerThanTheGracePeriod_endsWithThePeriod() {
    CompletableFuture<Optional<String>> ended =
        CompletableFuture.supplyAsync(() ->
            hooks.run(
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
