package dev.wherry.kubelet.device;

import dev.wherry.proto.device.v1beta1.AllocateRequest;
import dev.wherry.proto.device.v1beta1.AllocateResponse;
import dev.wherry.proto.device.v1beta1.ContainerAllocateRequest;
import dev.wherry.proto.device.v1beta1.ContainerAllocateResponse;
import dev.wherry.proto.device.v1beta1.ContainerPreferredAllocationRequest;
import dev.wherry.proto.device.v1beta1.ContainerPreferredAllocationResponse;
import dev.wherry.proto.device.v1beta1.DevicePluginGrpc;
import dev.wherry.proto.device.v1beta1.DevicePluginOptions;
import dev.wherry.proto.device.v1beta1.Empty;
import dev.wherry.proto.device.v1beta1.ListAndWatchResponse;
import dev.wherry.proto.device.v1beta1.PreStartContainerRequest;
import dev.wherry.proto.device.v1beta1.PreferredAllocationRequest;
import dev.wherry.streaming.socket.SocketChannel;
import io.grpc.StatusRuntimeException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A plugin over its socket. One virtual thread listens to it until it goes or is closed. */
final class RemotePlugin implements Plugin, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RemotePlugin.class.getName());

  /** A plugin may begin to serve only after it was told that it is registered. */
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** It may have to set up hardware. */
  private static final Duration ALLOCATE = Duration.ofMinutes(2);

  private static final Duration PREFER = Duration.ofSeconds(10);

  /** Rule: KubeletPreStartContainerRPCTimeoutInSecs. */
  private static final Duration PRE_START = Duration.ofSeconds(30);

  private final String resource;
  private final SocketChannel channel;
  private final DevicePluginGrpc.DevicePluginBlockingStub stub;
  private final Thread listener;
  private final Consumer<RemotePlugin> ended;
  private volatile DevicePluginOptions options = DevicePluginOptions.getDefaultInstance();

  /**
   * @param book takes what it tells
   * @param ended run once, by the plugin's own thread, when it is gone
   */
  RemotePlugin(String resource, String socket, DeviceBook book, Consumer<RemotePlugin> ended) {
    this.resource = resource;
    this.ended = ended;
    this.channel = new SocketChannel(socket);
    this.stub = DevicePluginGrpc.newBlockingStub(channel.channel());
    this.listener =
        Thread.ofVirtual().name("device-plugin-" + resource).unstarted(() -> listen(book));
  }

  RemotePlugin start() {
    listener.start();
    return this;
  }

  String resource() {
    return resource;
  }

  private void listen(DeviceBook book) {
    try {
      options = in(CONNECT).withWaitForReady().getDevicePluginOptions(Empty.getDefaultInstance());
      book.came(resource, this);
      Iterator<ListAndWatchResponse> lists = stub.listAndWatch(Empty.getDefaultInstance());
      while (lists.hasNext()) {
        List<Device> devices = lists.next().getDevicesList().stream().map(Device::of).toList();
        LOG.log(
            Level.INFO, "devices resource={0} count={1}", resource, String.valueOf(devices.size()));
        book.told(resource, this, devices);
      }
      LOG.log(Level.INFO, "device plugin ended its list resource={0}", resource);
    } catch (StatusRuntimeException e) {
      LOG.log(Level.INFO, "device plugin is gone resource={0}: {1}", resource, e.getMessage());
    } finally {
      book.gone(resource, this);
      channel.close();
      ended.accept(this);
    }
  }

  @Override
  public boolean prefers() {
    return options.getGetPreferredAllocationAvailable();
  }

  @Override
  public boolean wantsStarts() {
    return options.getPreStartRequired();
  }

  @Override
  public List<String> preferred(
      Collection<String> available, Collection<String> included, int count)
      throws DeviceException, InterruptedException {
    PreferredAllocationRequest request =
        PreferredAllocationRequest.newBuilder()
            .addContainerRequests(
                ContainerPreferredAllocationRequest.newBuilder()
                    .addAllAvailableDeviceIDs(available)
                    .addAllMustIncludeDeviceIDs(included)
                    .setAllocationSize(count))
            .build();
    return call(() -> in(PREFER).getPreferredAllocation(request))
        .getContainerResponsesList()
        .stream()
        .findFirst()
        .map(ContainerPreferredAllocationResponse::getDeviceIDsList)
        .map(ids -> List.copyOf(ids))
        .orElse(List.of());
  }

  @Override
  public ContainerAllocateResponse allocate(Collection<String> ids)
      throws DeviceException, InterruptedException {
    AllocateRequest request =
        AllocateRequest.newBuilder()
            .addContainerRequests(ContainerAllocateRequest.newBuilder().addAllDevicesIds(ids))
            .build();
    AllocateResponse response = call(() -> in(ALLOCATE).allocate(request));
    if (response.getContainerResponsesCount() == 0) {
      throw new DeviceException("no containers return in allocation response");
    }
    return response.getContainerResponses(0);
  }

  @Override
  public void preStart(Collection<String> ids) throws DeviceException, InterruptedException {
    PreStartContainerRequest request =
        PreStartContainerRequest.newBuilder().addAllDevicesIds(ids).build();
    try {
      var _ = call(() -> in(PRE_START).preStartContainer(request));
    } catch (DeviceException e) {
      throw new DeviceException("device plugin PreStartContainer rpc failed with err: " + e.text());
    }
  }

  private DevicePluginGrpc.DevicePluginBlockingStub in(Duration deadline) {
    return stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** An interrupted caller must not take the plugin for broken. */
  private static <T> T call(Supplier<T> request) throws DeviceException, InterruptedException {
    try {
      return request.get();
    } catch (StatusRuntimeException e) {
      if (Thread.interrupted()) {
        throw (InterruptedException) new InterruptedException(e.getMessage()).initCause(e);
      }
      throw new DeviceException(
          "rpc error: code = %s desc = %s"
              .formatted(e.getStatus().getCode(), e.getStatus().getDescription()));
    }
  }

  @Override
  public void close() {
    channel.close();
  }
}
