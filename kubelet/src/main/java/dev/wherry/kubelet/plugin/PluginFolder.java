package dev.wherry.kubelet.plugin;

import dev.wherry.proto.plugin.v1.InfoRequest;
import dev.wherry.proto.plugin.v1.PluginInfo;
import dev.wherry.proto.plugin.v1.RegistrationGrpc;
import dev.wherry.proto.plugin.v1.RegistrationStatus;
import dev.wherry.streaming.socket.SocketChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The folder into which plugins put their sockets: each is asked what it is and told whether it was
 * taken (rule: upstream's pluginwatcher and its handshake). One virtual thread looks when something
 * in the folder changes; each plugin is asked by another.
 */
public final class PluginFolder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PluginFolder.class.getName());
  private static final Duration ASK = Duration.ofSeconds(10);
  private static final int PLUGINS_MAX = 256;

  private final Path folder;
  private final Map<String, PluginKind> kinds;
  private final WatchService watches;
  private final Map<Path, Seen> known = new HashMap<>();

  /** One socket; another that takes its name is another plugin, or the same begun anew. */
  private static final class Seen {
    private final Identity identity;
    private Optional<AutoCloseable> taken = Optional.empty();

    Seen(Identity identity) {
      this.identity = identity;
    }

    void close() {
      taken.ifPresent(PluginFolder::close);
    }
  }

  /** Inodes are used again at once: the time tells them apart. */
  private record Identity(Object fileKey, FileTime madeAt) {}

  private PluginFolder(Path folder, Map<String, PluginKind> kinds) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.kinds = Map.copyOf(kinds);
    this.watches = folder.getFileSystem().newWatchService();
    WatchKey _ =
        this.folder.register(
            watches, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE);
  }

  /**
   * Begins to look.
   *
   * @param kinds who takes plugins, by the type that plugins name
   */
  public static PluginFolder start(Path folder, Map<String, PluginKind> kinds) throws IOException {
    PluginFolder plugins = new PluginFolder(folder, kinds);
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
    Map<Path, Identity> sockets = sockets();
    synchronized (known) {
      for (Map.Entry<Path, Seen> entry : Map.copyOf(known).entrySet()) {
        if (!entry.getValue().identity.equals(sockets.get(entry.getKey()))) {
          known.remove(entry.getKey());
          entry.getValue().close();
        }
      }
      sockets.forEach((socket, identity) -> {
        if (known.size() < PLUGINS_MAX && !known.containsKey(socket)) {
          Seen seen = new Seen(identity);
          known.put(socket, seen);
          var _ = Thread.ofVirtual().name("plugin-handshake").start(() -> handshake(socket, seen));
        }
      });
    }
  }

  private Map<Path, Identity> sockets() throws IOException {
    Map<Path, Identity> sockets = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!file.getFileName().toString().startsWith(".")) {
          socket(file).ifPresent(identity -> sockets.put(file, identity));
        }
      }
    }
    return sockets;
  }

  private static Optional<Identity> socket(Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isOther()
          ? Optional.of(new Identity(attributes.fileKey(), attributes.lastModifiedTime()))
          : Optional.empty();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
  }

  private void handshake(Path socket, Seen seen) {
    try (SocketChannel channel = new SocketChannel(socket.toString())) {
      RegistrationGrpc.RegistrationBlockingStub stub =
          RegistrationGrpc.newBlockingStub(channel.channel()).withWaitForReady();
      PluginInfo info = in(stub).getInfo(InfoRequest.getDefaultInstance());
      RegistrationStatus.Builder told = RegistrationStatus.newBuilder().setPluginRegistered(true);
      try {
        keep(socket, seen, register(info, socket));
      } catch (PluginException e) {
        LOG.log(Level.INFO, "plugin is not taken: {0}", e.text());
        told.setPluginRegistered(false).setError(e.text());
      }
      var _ = in(stub).notifyRegistrationStatus(told.build());
    } catch (StatusRuntimeException e) {
      LOG.log(Level.INFO, "plugin did not answer socket={0}: {1}", socket, e.getMessage());
    }
  }

  private AutoCloseable register(PluginInfo info, Path socket) throws PluginException {
    PluginKind kind = kinds.get(info.getType());
    if (kind == null) {
      throw new PluginException(
          "no handler registered for plugin type: %s at socket %s"
              .formatted(info.getType(), socket));
    }
    return kind.register(info, info.getEndpoint().isEmpty() ? socket : Path.of(info.getEndpoint()));
  }

  /** A plugin whose socket went meanwhile is none. */
  private void keep(Path socket, Seen seen, AutoCloseable plugin) {
    boolean still;
    synchronized (known) {
      still = known.get(socket) == seen;
      if (still) {
        seen.taken = Optional.of(plugin);
      }
    }
    if (!still) {
      close(plugin);
    }
  }

  private static void close(AutoCloseable plugin) {
    try {
      plugin.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "a plugin was not closed", e);
    }
  }

  private static RegistrationGrpc.RegistrationBlockingStub in(
      RegistrationGrpc.RegistrationBlockingStub stub) {
    return stub.withDeadlineAfter(ASK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() throws IOException {
    watches.close();
  }
}
