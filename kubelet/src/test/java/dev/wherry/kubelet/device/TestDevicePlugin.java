package dev.wherry.kubelet.device;

import dev.wherry.proto.device.v1beta1.AllocateRequest;
import dev.wherry.proto.device.v1beta1.AllocateResponse;
import dev.wherry.proto.device.v1beta1.CDIDevice;
import dev.wherry.proto.device.v1beta1.ContainerAllocateResponse;
import dev.wherry.proto.device.v1beta1.ContainerPreferredAllocationResponse;
import dev.wherry.proto.device.v1beta1.DevicePluginGrpc;
import dev.wherry.proto.device.v1beta1.DevicePluginOptions;
import dev.wherry.proto.device.v1beta1.DeviceSpec;
import dev.wherry.proto.device.v1beta1.Empty;
import dev.wherry.proto.device.v1beta1.ListAndWatchResponse;
import dev.wherry.proto.device.v1beta1.Mount;
import dev.wherry.proto.device.v1beta1.PreStartContainerRequest;
import dev.wherry.proto.device.v1beta1.PreStartContainerResponse;
import dev.wherry.proto.device.v1beta1.PreferredAllocationRequest;
import dev.wherry.proto.device.v1beta1.PreferredAllocationResponse;
import dev.wherry.proto.device.v1beta1.RegisterRequest;
import dev.wherry.proto.device.v1beta1.RegistrationGrpc;
import dev.wherry.streaming.socket.SocketChannel;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A device plugin as vendors write them: a gRPC server on a socket beside the kubelet's. */
public final class TestDevicePlugin implements AutoCloseable {
  /** What was asked of it: {@code allocate [a, b]}, {@code preStart [a]}, {@code prefer 1}. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  private final Path socket;
  private final List<ServerCallStreamObserver<ListAndWatchResponse>> watchers = new ArrayList<>();
  private final SocketServer server;
  private List<dev.wherry.proto.device.v1beta1.Device> devices = List.of();
  private volatile boolean failing;

  public TestDevicePlugin(Path socket) throws IOException {
    this.socket = socket;
    this.server = SocketServer.start(socket, new Service());
  }

  /** Its devices from now on, all healthy but those whose id ends in {@code !}. */
  public synchronized void has(String... ids) {
    List<dev.wherry.proto.device.v1beta1.Device> now = new ArrayList<>();
    for (String id : ids) {
      now.add(
          dev.wherry.proto.device.v1beta1.Device.newBuilder()
              .setID(id.replace("!", ""))
              .setHealth(id.endsWith("!") ? "Unhealthy" : "Healthy")
              .build());
    }
    devices = now;
    watchers.removeIf(ServerCallStreamObserver::isCancelled);
    watchers.forEach(watcher -> watcher.onNext(list()));
  }

  /** It refuses to allocate from now on. */
  public void breaks() {
    failing = true;
  }

  /** Registers at a kubelet's socket as plugins do. */
  public void register(Path kubelet, String resource) {
    register(kubelet, resource, "v1beta1");
  }

  void register(Path kubelet, String resource, String version) {
    try (SocketChannel channel = new SocketChannel(kubelet.toString())) {
      var _ =
          RegistrationGrpc.newBlockingStub(channel.channel())
              .register(
                  RegisterRequest.newBuilder()
                      .setVersion(version)
                      .setEndpoint(socket.getFileName().toString())
                      .setResourceName(resource)
                      .build());
    }
  }

  private ListAndWatchResponse list() {
    return ListAndWatchResponse.newBuilder().addAllDevices(devices).build();
  }

  private synchronized void watched(ServerCallStreamObserver<ListAndWatchResponse> out) {
    // A stream that the agent has left takes no more lists and says so by this handler only.
    out.setOnCancelHandler(() -> {});
    watchers.add(out);
    out.onNext(list());
  }

  private final class Service extends DevicePluginGrpc.DevicePluginImplBase {
    @Override
    public void getDevicePluginOptions(Empty request, StreamObserver<DevicePluginOptions> out) {
      out.onNext(
          DevicePluginOptions.newBuilder()
              .setPreStartRequired(true)
              .setGetPreferredAllocationAvailable(true)
              .build());
      out.onCompleted();
    }

    @Override
    public void listAndWatch(Empty request, StreamObserver<ListAndWatchResponse> out) {
      watched((ServerCallStreamObserver<ListAndWatchResponse>) out);
    }

    /** It would rather give the last ones. */
    @Override
    public void getPreferredAllocation(
        PreferredAllocationRequest request, StreamObserver<PreferredAllocationResponse> out) {
      var one = request.getContainerRequests(0);
      calls.add("prefer " + one.getAllocationSize());
      List<String> available = one.getAvailableDeviceIDsList();
      out.onNext(
          PreferredAllocationResponse.newBuilder()
              .addContainerResponses(
                  ContainerPreferredAllocationResponse.newBuilder()
                      .addAllDeviceIDs(
                          available.subList(
                              available.size() - one.getAllocationSize(), available.size())))
              .build());
      out.onCompleted();
    }

    @Override
    public void allocate(AllocateRequest request, StreamObserver<AllocateResponse> out) {
      List<String> ids = List.copyOf(request.getContainerRequests(0).getDevicesIdsList());
      calls.add("allocate " + ids);
      if (failing) {
        out.onError(Status.INTERNAL.withDescription("no way").asRuntimeException());
        return;
      }
      out.onNext(
          AllocateResponse.newBuilder()
              .addContainerResponses(
                  ContainerAllocateResponse.newBuilder()
                      .putEnvs("DEVICES", String.join(" ", ids))
                      .putAnnotations("test/devices", String.join(" ", ids))
                      .addMounts(
                          Mount.newBuilder()
                              .setContainerPath("/driver")
                              .setHostPath("/usr/share")
                              .setReadOnly(true))
                      .addDevices(
                          DeviceSpec.newBuilder()
                              .setContainerPath("/dev/test-null")
                              .setHostPath("/dev/null")
                              .setPermissions("rw"))
                      .addCdiDevices(CDIDevice.newBuilder().setName("test.com/d=" + ids.get(0))))
              .build());
      out.onCompleted();
    }

    @Override
    public void preStartContainer(
        PreStartContainerRequest request, StreamObserver<PreStartContainerResponse> out) {
      calls.add("preStart " + List.copyOf(request.getDevicesIdsList()));
      out.onNext(PreStartContainerResponse.getDefaultInstance());
      out.onCompleted();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
