package dev.wherry.kubelet.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.TestRegistrar;
import dev.wherry.kubelet.placement.StateFile;
import dev.wherry.kubelet.plugin.PluginFolder;
import dev.wherry.kubelet.plugin.PluginRoot;
import dev.wherry.machinery.time.FakeTimer;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plugins over real sockets. */
class DevicePluginsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String RESOURCE = "example.com/thing";

  private final FakeTimer timer = new FakeTimer();
  private Path folder;
  private DeviceBook book;
  private PluginRoot root;
  private DevicePlugins plugins;
  private PluginFolder announced;

  @BeforeEach
  void start() throws IOException {
    folder = Files.createTempDirectory(Path.of("/tmp"), "wd");
    book = new DeviceBook(new StateFile(folder.resolve("devices.json"), 1), "boot-1");
    open();
  }

  private void open() throws IOException {
    root = PluginRoot.claim(folder, folder);
    plugins = DevicePlugins.start(root, book, timer);
    announced = PluginFolder.start(root.registry(), Map.of(DevicePlugins.TYPE, plugins));
  }

  @AfterEach
  void stop() throws IOException {
    announced.close();
    plugins.close();
    root.close();
  }

  private void awaitAmount(String amount) {
    Await.until(LONG, () -> amount + " of " + book.amounts(), () -> amount.equals(amount()));
  }

  /** Such as {@code 1/2}: how many of all work. */
  private String amount() {
    DeviceBook.Amount amount = book.amounts().get(RESOURCE);
    return amount == null ? "none" : amount.allocatable() + "/" + amount.capacity();
  }

  private TestDevicePlugin plugin() throws IOException {
    return new TestDevicePlugin(root.devicePlugins().resolve("thing.sock"));
  }

  @Test
  void register_plugin_isListenedToUntilItGoes() throws Exception {
    try (TestDevicePlugin plugin = plugin()) {
      plugin.has("a", "b");
      plugin.register(root.socket(), RESOURCE);
      awaitAmount("2/2");

      plugin.has("a", "b!", "c");
      awaitAmount("2/3");
    }
    awaitAmount("0/3");

    Await.until(
        LONG,
        () -> "forgotten: " + amount(),
        () -> {
          timer.advance(DevicePlugins.GONE_GRACE);
          return amount().equals("0/0");
        });
  }

  @Test
  void register_again_theLaterPluginIsHeard() throws Exception {
    try (TestDevicePlugin first = plugin();
        TestDevicePlugin second =
            new TestDevicePlugin(root.devicePlugins().resolve("other.sock"))) {
      first.has("a");
      first.register(root.socket(), RESOURCE);
      awaitAmount("1/1");
      second.has("x", "y");
      second.register(root.socket(), RESOURCE);
      awaitAmount("2/2");
      first.has("a", "b", "c");
      second.has("x", "y", "z!");
      awaitAmount("2/3");
    }
  }

  @Test
  void register_unknownVersionOrName_isRefused() throws Exception {
    try (TestDevicePlugin plugin = plugin()) {
      var version =
          assertThrows(
              StatusRuntimeException.class,
              () -> plugin.register(root.socket(), RESOURCE, "v1alpha"));
      assertTrue(version.getMessage().contains("\"v1alpha\" is not supported by kubelet"));
      for (String name : List.of("cpu", "kubernetes.io/x", "requests.example.com/x", "a.com/")) {
        var named =
            assertThrows(StatusRuntimeException.class, () -> plugin.register(root.socket(), name));
        assertTrue(
            named.getMessage().contains("the ResourceName \"" + name + "\" is invalid"), name);
      }
    }
    assertEquals("none", amount());
  }

  @Test
  void restart_ofTheAgent_endsPluginsSocketsSoThatTheyRegisterAnew() throws Exception {
    try (TestDevicePlugin plugin = plugin()) {
      plugin.has("a");
      plugin.register(root.socket(), RESOURCE);
      awaitAmount("1/1");
      announced.close();
      plugins.close();
      root.close();
      awaitAmount("0/1");
      book = new DeviceBook(new StateFile(folder.resolve("devices.json"), 1), "boot-1");
      assertEquals("0/0", amount());
      open();
      assertTrue(Files.notExists(root.devicePlugins().resolve("thing.sock")));
    }
    try (TestDevicePlugin plugin = plugin()) {
      plugin.has("a");
      plugin.register(root.socket(), RESOURCE);
      awaitAmount("1/1");
    }
  }

  @Test
  void claim_directoryOfAnotherNode_usesItsOwn() throws Exception {
    Path own = Files.createTempDirectory(Path.of("/tmp"), "wo");
    try (PluginRoot other = PluginRoot.claim(folder, own)) {
      assertEquals(own.resolve("device-plugins"), other.devicePlugins());
    }
  }

  @Test
  void remove_ofTheNodeThatHadItLast_leavesNothing() throws Exception {
    Path shared = Files.createTempDirectory(Path.of("/tmp"), "wr");
    Path own = Files.createTempDirectory(Path.of("/tmp"), "wo");
    Path other = Files.createTempDirectory(Path.of("/tmp"), "wo");
    try (PluginRoot taken = PluginRoot.claim(shared, own)) {
      Files.createDirectories(taken.registry());
      PluginRoot.remove(shared, other);
      assertTrue(Files.exists(taken.devicePlugins()));
      assertThrows(IOException.class, () -> PluginRoot.remove(shared, own));
    }
    Path driver = Files.createFile(shared.resolve("plugins_registry").resolve("theirs"));
    PluginRoot.remove(shared, own);
    assertTrue(Files.exists(driver));
    Files.delete(driver);
    try (PluginRoot again = PluginRoot.claim(shared, other)) {
      assertEquals(shared, again.path());
    }
    PluginRoot.remove(shared, own);
    assertTrue(Files.exists(shared));
    PluginRoot.remove(shared, other);
    assertTrue(Files.notExists(shared));
  }

  @Test
  void claim_directoryOfAForeignKubelet_usesItsOwn() throws Exception {
    Path foreign = Files.createTempDirectory(Path.of("/tmp"), "wf");
    Files.createFile(foreign.resolve("config.yaml"));
    Path own = Files.createTempDirectory(Path.of("/tmp"), "wo");
    try (PluginRoot taken = PluginRoot.claim(foreign, own)) {
      assertEquals(own.resolve("device-plugins"), taken.devicePlugins());
    }
    assertTrue(Files.notExists(foreign.resolve("device-plugins")));
  }

  @Test
  void folder_socketOfAPlugin_isAskedAndToldWhetherItIsTaken() throws Exception {
    Path endpoint = folder.resolve("elsewhere.sock");
    List<String> told = new CopyOnWriteArrayList<>();
    try (TestDevicePlugin plugin = new TestDevicePlugin(endpoint)) {
      plugin.has("a", "b");
      Path socket = root.registry().resolve("thing-reg.sock");
      try (SocketServer _ =
          TestRegistrar.serve(socket, "DevicePlugin", RESOURCE, endpoint, "v1beta1", told)) {
        awaitAmount("2/2");
        Await.until(LONG, () -> "told " + told, () -> told.contains("true "));
      }
    }
    awaitAmount("0/2");
    Path socket = root.registry().resolve("csi-reg.sock");
    try (SocketServer _ =
        TestRegistrar.serve(
            socket, "CSIPlugin", RESOURCE, folder.resolve("csi.sock"), "v1beta1", told)) {
      String refusal = "false no handler registered for plugin type: CSIPlugin at socket " + socket;
      Await.until(LONG, () -> "told " + told, () -> told.contains(refusal));
    }
  }
}
