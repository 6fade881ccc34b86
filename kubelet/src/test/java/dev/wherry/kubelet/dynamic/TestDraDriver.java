package dev.wherry.kubelet.dynamic;

import dev.wherry.kubelet.fixture.TestRegistrar;
import dev.wherry.proto.dra.v1.Claim;
import dev.wherry.proto.dra.v1.DRAPluginGrpc;
import dev.wherry.proto.dra.v1.Device;
import dev.wherry.proto.dra.v1.NodePrepareResourceResponse;
import dev.wherry.proto.dra.v1.NodePrepareResourcesRequest;
import dev.wherry.proto.dra.v1.NodePrepareResourcesResponse;
import dev.wherry.proto.dra.v1.NodeUnprepareResourceResponse;
import dev.wherry.proto.dra.v1.NodeUnprepareResourcesRequest;
import dev.wherry.proto.dra.v1.NodeUnprepareResourcesResponse;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A driver as vendors write them, with a service of either version: each claim gets two devices of
 * the pool {@code node-1}, one for the request {@code a} and one for {@code b}.
 */
final class TestDraDriver implements AutoCloseable {
  static final String NAME = "dra.example.com";

  /** What was asked of it: {@code prepare CLAIM}, {@code unprepare CLAIM}. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  /** What its registrar was told. */
  final List<String> told = new CopyOnWriteArrayList<>();

  private final Path socket;
  private final String version;
  private final SocketServer server;
  private volatile String failure = "";

  TestDraDriver(Path socket, String version) throws IOException {
    this.socket = socket;
    this.version = version;
    this.server = SocketServer.start(socket, this::service);
  }

  /** Why it refuses claims; empty where it does not. */
  void fails(String why) {
    failure = why;
  }

  /** Puts a registrar into the folder of plugins; closing it takes the driver away. */
  SocketServer announce(Path registry) throws IOException {
    return TestRegistrar.serve(
        registry.resolve("dra-reg.sock"), "DRAPlugin", NAME, socket, version, told);
  }

  /** Both versions have the same messages. */
  private ServerServiceDefinition service() {
    String name = "k8s.io.kubelet.pkg.apis.dra." + version;
    ServerServiceDefinition.Builder own = ServerServiceDefinition.builder(name);
    for (ServerMethodDefinition<?, ?> method : new Service().bindService().getMethods()) {
      add(own, name, method);
    }
    return own.build();
  }

  private static <Q, A> void add(
      ServerServiceDefinition.Builder to, String service, ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> of = method.getMethodDescriptor();
    String name = MethodDescriptor.generateFullMethodName(service, of.getBareMethodName());
    to.addMethod(of.toBuilder().setFullMethodName(name).build(), method.getServerCallHandler());
  }

  private final class Service extends DRAPluginGrpc.DRAPluginImplBase {
    @Override
    public void nodePrepareResources(
        NodePrepareResourcesRequest request, StreamObserver<NodePrepareResourcesResponse> out) {
      NodePrepareResourcesResponse.Builder all = NodePrepareResourcesResponse.newBuilder();
      for (Claim claim : request.getClaimsList()) {
        calls.add("prepare " + claim.getNamespace() + "/" + claim.getName());
        all.putClaims(
            claim.getUid(),
            NodePrepareResourceResponse.newBuilder()
                .setError(failure)
                .addDevices(device(claim, "a"))
                .addDevices(device(claim, "b"))
                .build());
      }
      answer(out, all.build());
    }

    @Override
    public void nodeUnprepareResources(
        NodeUnprepareResourcesRequest request, StreamObserver<NodeUnprepareResourcesResponse> out) {
      NodeUnprepareResourcesResponse.Builder all = NodeUnprepareResourcesResponse.newBuilder();
      for (Claim claim : request.getClaimsList()) {
        calls.add("unprepare " + claim.getNamespace() + "/" + claim.getName());
        all.putClaims(
            claim.getUid(), NodeUnprepareResourceResponse.newBuilder().setError(failure).build());
      }
      answer(out, all.build());
    }
  }

  private static Device device(Claim claim, String request) {
    return Device.newBuilder()
        .addRequestNames(request)
        .setPoolName("node-1")
        .setDeviceName("dev-" + request)
        .addCdiDeviceIds("example.com/dev=" + claim.getName() + "-" + request)
        .build();
  }

  private static <T> void answer(StreamObserver<T> out, T answer) {
    out.onNext(answer);
    out.onCompleted();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
