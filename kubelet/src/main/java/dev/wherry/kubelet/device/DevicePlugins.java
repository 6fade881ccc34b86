package dev.wherry.kubelet.device;

import dev.wherry.kubelet.plugin.PluginException;
import dev.wherry.kubelet.plugin.PluginKind;
import dev.wherry.kubelet.plugin.PluginRoot;
import dev.wherry.machinery.time.Timer;
import dev.wherry.proto.device.v1beta1.Empty;
import dev.wherry.proto.device.v1beta1.RegisterRequest;
import dev.wherry.proto.device.v1beta1.RegistrationGrpc;
import dev.wherry.proto.plugin.v1.PluginInfo;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The plugins that are connected. They come by the agent's own socket, or by putting theirs into
 * the folder of plugins; of two with one resource the later stays.
 */
public final class DevicePlugins implements PluginKind, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DevicePlugins.class.getName());

  /** What these plugins call themselves in the folder. */
  public static final String TYPE = "DevicePlugin";

  private static final String VERSION = "v1beta1";

  /**
   * A plugin that restarts keeps its devices in the node's capacity (rule:
   * endpointStopGracePeriod).
   */
  static final Duration GONE_GRACE = Duration.ofMinutes(5);

  private final PluginRoot root;
  private final DeviceBook book;
  private final Timer timer;
  private final Map<String, RemotePlugin> plugins = new HashMap<>();
  private Optional<SocketServer> server = Optional.empty();

  private DevicePlugins(PluginRoot root, DeviceBook book, Timer timer) {
    this.root = root;
    this.book = book;
    this.timer = timer;
  }

  /**
   * Begins to take plugins. A node whose sockets cannot be made, since their path is too long for
   * one, goes on without and says so.
   */
  public static DevicePlugins start(PluginRoot root, DeviceBook book, Timer timer) {
    DevicePlugins plugins = new DevicePlugins(root, book, timer);
    try {
      root.removeSockets();
      plugins.server = Optional.of(SocketServer.start(root.socket(), plugins.new Registration()));
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "no device plugins path={0}: {1}", root.socket(), e.toString());
    }
    return plugins;
  }

  /** Takes a plugin that was found in the folder. */
  @Override
  public AutoCloseable register(PluginInfo info, Path endpoint) throws PluginException {
    if (!info.getSupportedVersionsList().contains(VERSION)) {
      throw new PluginException(
          "device plugin API versions %s are not supported by kubelet. Supported version is [%s]"
              .formatted(info.getSupportedVersionsList(), VERSION));
    }
    if (!ResourceNames.extended(info.getName())) {
      throw new PluginException("invalid name of device plugin socket: " + info.getName());
    }
    return register(info.getName(), endpoint);
  }

  /** A plugin that has just registered, by its own call or by the folder. */
  RemotePlugin register(String resource, Path socket) {
    RemotePlugin plugin = new RemotePlugin(resource, socket.toString(), book, this::ended);
    RemotePlugin before;
    synchronized (plugins) {
      before = plugins.put(resource, plugin);
    }
    LOG.log(Level.INFO, "device plugin resource={0} socket={1}", resource, socket);
    if (before != null) {
      before.close();
    }
    return plugin.start();
  }

  private void ended(RemotePlugin plugin) {
    String resource = plugin.resource();
    synchronized (plugins) {
      boolean _ = plugins.remove(resource, plugin);
    }
    var _ = timer.after(GONE_GRACE, () -> book.forgotten(resource));
  }

  /** Why a request to register is not taken; empty when it is. */
  static Optional<String> refusal(RegisterRequest request) {
    if (!request.getVersion().equals(VERSION)) {
      return Optional.of(
          "requested API version \"%s\" is not supported by kubelet. Supported version is \"[%s]\""
              .formatted(request.getVersion(), VERSION));
    }
    if (!ResourceNames.extended(request.getResourceName())) {
      return Optional.of("the ResourceName \"%s\" is invalid".formatted(request.getResourceName()));
    }
    String endpoint = request.getEndpoint();
    return endpoint.isEmpty() || endpoint.contains("/") || endpoint.startsWith(".")
        ? Optional.of("the endpoint \"%s\" is no name of a socket here".formatted(endpoint))
        : Optional.empty();
  }

  /** What plugins call. */
  private final class Registration extends RegistrationGrpc.RegistrationImplBase {
    @Override
    public void register(RegisterRequest request, StreamObserver<Empty> out) {
      Optional<String> refused = refusal(request);
      if (refused.isPresent()) {
        LOG.log(Level.WARNING, "device plugin refused: {0}", refused.get());
        out.onError(Status.INVALID_ARGUMENT.withDescription(refused.get()).asRuntimeException());
        return;
      }
      var _ =
          DevicePlugins.this.register(
              request.getResourceName(), root.devicePlugins().resolve(request.getEndpoint()));
      out.onNext(Empty.getDefaultInstance());
      out.onCompleted();
    }
  }

  @Override
  public void close() throws IOException {
    if (server.isPresent()) {
      server.get().close();
    }
    List<RemotePlugin> all;
    synchronized (plugins) {
      all = List.copyOf(plugins.values());
    }
    all.forEach(RemotePlugin::close);
  }
}
