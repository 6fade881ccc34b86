package dev.wherry.kubelet.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.TestRegistrar;
import dev.wherry.streaming.socket.SocketServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plugins' sockets as they come, go and take each other's place. */
class PluginFolderTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private Path home;
  private PluginFolder folder;

  @BeforeEach
  void start() throws IOException {
    home = Files.createTempDirectory(Path.of("/tmp"), "wp");
    folder =
        PluginFolder.start(
            home.resolve("registry"),
            Map.of(
                "Test",
                (info, endpoint) -> {
                  heard.add("came " + endpoint.getFileName());
                  return () -> heard.add("went " + endpoint.getFileName());
                }));
  }

  @AfterEach
  void stop() throws IOException {
    folder.close();
  }

  private SocketServer serve(String socket, String endpoint) throws IOException {
    return TestRegistrar.serve(
        home.resolve(socket), "Test", "n", home.resolve(endpoint), "v1", told);
  }

  private void await(String... wanted) {
    Await.until(LONG, () -> "heard " + heard, () -> heard.equals(List.of(wanted)));
  }

  @Test
  void plugin_thatTakesAnothersName_isAskedAndTheOtherGone() throws IOException {
    try (SocketServer _ = serve("registry/p.sock", "first");
        SocketServer _ = serve("p.sock", "second")) {
      await("came first");
      Files.move(
          home.resolve("p.sock"),
          home.resolve("registry/p.sock"),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      await("came first", "went first", "came second");
      Await.until(LONG, () -> "told " + told, () -> told.size() == 2);
      assertEquals(List.of("true ", "true "), told);
    }
    await("came first", "went first", "came second", "went second");
  }

  @Test
  void plugin_beforeTheFolderIsWatched_isFound() throws IOException {
    folder.close();
    try (SocketServer _ = serve("registry/p.sock", "early")) {
      folder =
          PluginFolder.start(
              home.resolve("registry"),
              Map.of(
                  "Test",
                  (info, endpoint) -> {
                    heard.add("found " + info.getName());
                    return () -> {};
                  }));
      Await.until(LONG, () -> "heard " + heard, () -> heard.contains("found n"));
    }
  }
}
