package dev.wherry.kubelet.device;

import dev.wherry.kubelet.socket.SocketChannel;
import dev.wherry.proto.plugin.v1.InfoRequest;
import dev.wherry.proto.plugin.v1.PluginInfo;
import dev.wherry.proto.plugin.v1.RegistrationGrpc;
import dev.wherry.proto.plugin.v1.RegistrationStatus;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The folder into which plugins put their sockets: each is asked what it is and told whether it was
 * taken (rule: upstream's pluginwatcher and its handshake). One virtual thread looks when something
 * in the folder changes; each plugin is asked by another.
 */
final class PluginFolder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PluginFolder.class.getName());
  private static final String DEVICES = "DevicePlugin";
  private static final Duration ASK = Duration.ofSeconds(10);
  private static final int PLUGINS_MAX = 256;

  private final Path folder;
  private final Registrar registrar;
  private final WatchService watches;
  private final Map<Path, Optional<RemotePlugin>> known = new HashMap<>();

  /** Takes device plugins. */
  interface Registrar {
    RemotePlugin register(String resource, Path socket);
  }

  private PluginFolder(Path folder, Registrar registrar) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.registrar = registrar;
    this.watches = folder.getFileSystem().newWatchService();
    WatchKey _ =
        this.folder.register(
            watches, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
  }

  static PluginFolder start(Path folder, Registrar registrar) throws IOException {
    PluginFolder plugins = new PluginFolder(folder, registrar);
    var _ = Thread.ofVirtual().name("plugin-folder").start(plugins::listen);
    return plugins;
  }

  private void listen() {
    try {
      boolean valid = true;
      while (valid) {
        look();
        WatchKey key = watches.take();
        key.pollEvents();
        valid = key.reset();
      }
      LOG.log(Level.WARNING, "the folder of plugins is gone folder={0}", folder);
    } catch (ClosedWatchServiceException | InterruptedException _) {
      LOG.log(Level.DEBUG, "plugins are watched no longer");
    } catch (IOException e) {
      LOG.log(Level.WARNING, "plugins are not seen folder={0}: {1}", folder, e.toString());
    }
  }

  private void look() throws IOException {
    Set<Path> sockets = sockets();
    synchronized (known) {
      for (Path gone : Set.copyOf(known.keySet())) {
        if (!sockets.contains(gone)) {
          Optional.ofNullable(known.remove(gone)).flatMap(o -> o).ifPresent(RemotePlugin::close);
        }
      }
      for (Path socket : sockets) {
        if (known.size() < PLUGINS_MAX && known.putIfAbsent(socket, Optional.empty()) == null) {
          var _ = Thread.ofVirtual().name("plugin-handshake").start(() -> handshake(socket));
        }
      }
    }
  }

  private Set<Path> sockets() throws IOException {
    Set<Path> sockets = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        boolean hidden = file.getFileName().toString().startsWith(".");
        if (!hidden
            && Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
          sockets.add(file);
        }
      }
    }
    return sockets;
  }

  private void handshake(Path socket) {
    try (SocketChannel channel = new SocketChannel(socket.toString())) {
      RegistrationGrpc.RegistrationBlockingStub stub =
          RegistrationGrpc.newBlockingStub(channel.channel()).withWaitForReady();
      PluginInfo info = in(stub).getInfo(InfoRequest.getDefaultInstance());
      Optional<String> refused = refusal(info, socket);
      if (refused.isEmpty()) {
        Path endpoint = info.getEndpoint().isEmpty() ? socket : Path.of(info.getEndpoint());
        RemotePlugin plugin = registrar.register(info.getName(), endpoint);
        boolean still;
        synchronized (known) {
          still = known.replace(socket, Optional.of(plugin)) != null;
        }
        if (!still) {
          plugin.close();
        }
      } else {
        LOG.log(Level.INFO, "plugin is not taken: {0}", refused.get());
      }
      var _ =
          in(stub)
              .notifyRegistrationStatus(
                  RegistrationStatus.newBuilder()
                      .setPluginRegistered(refused.isEmpty())
                      .setError(refused.orElse(""))
                      .build());
    } catch (StatusRuntimeException e) {
      LOG.log(Level.INFO, "plugin did not answer socket={0}: {1}", socket, e.getMessage());
    }
  }

  private static RegistrationGrpc.RegistrationBlockingStub in(
      RegistrationGrpc.RegistrationBlockingStub stub) {
    return stub.withDeadlineAfter(ASK.toMillis(), TimeUnit.MILLISECONDS);
  }

  static Optional<String> refusal(PluginInfo info, Path socket) {
    if (!info.getType().equals(DEVICES)) {
      return Optional.of(
          "no handler registered for plugin type: %s at socket %s"
              .formatted(info.getType(), socket));
    }
    if (!info.getSupportedVersionsList().contains(DevicePlugins.VERSION)) {
      return Optional.of(
          "device plugin API versions %s are not supported by kubelet. Supported version is [%s]"
              .formatted(info.getSupportedVersionsList(), DevicePlugins.VERSION));
    }
    return ResourceNames.extended(info.getName())
        ? Optional.empty()
        : Optional.of("invalid name of device plugin socket: " + info.getName());
  }

  @Override
  public void close() throws IOException {
    watches.close();
  }
}
