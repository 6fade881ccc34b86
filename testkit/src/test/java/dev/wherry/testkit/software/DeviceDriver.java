package dev.wherry.testkit.software;

import dev.wherry.proto.dra.v1.Claim;
import dev.wherry.proto.dra.v1.DRAPluginGrpc;
import dev.wherry.proto.dra.v1.Device;
import dev.wherry.proto.dra.v1.NodePrepareResourceResponse;
import dev.wherry.proto.dra.v1.NodePrepareResourcesRequest;
import dev.wherry.proto.dra.v1.NodePrepareResourcesResponse;
import dev.wherry.proto.dra.v1.NodeUnprepareResourceResponse;
import dev.wherry.proto.dra.v1.NodeUnprepareResourcesRequest;
import dev.wherry.proto.dra.v1.NodeUnprepareResourcesResponse;
import dev.wherry.proto.plugin.v1.InfoRequest;
import dev.wherry.proto.plugin.v1.PluginInfo;
import dev.wherry.proto.plugin.v1.RegistrationGrpc;
import dev.wherry.proto.plugin.v1.RegistrationStatus;
import dev.wherry.proto.plugin.v1.RegistrationStatusResponse;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A driver of dynamic resources as vendors write them: for each claim that is prepared it describes
 * a device in a file of CDI, and takes the file away again.
 */
final class DeviceDriver implements AutoCloseable {
  static final String NAME = "tests.example.com";

  private static final Path DESCRIPTIONS = Path.of("/var/run/cdi");

  private static final String DESCRIPTION =
      """
      {"cdiVersion": "0.6.0", "kind": "tests.example.com/dev", "devices": [{"name": "%s",
        "containerEdits": {"env": ["COLOR=red"],
          "deviceNodes": [{"path": "/dev/own", "hostPath": "/dev/null"}]}}]}
      """;

  private final Path socket;
  private final SocketServer service;
  private final SocketServer registrar;

  /**
   * @param kubelet where plugins find the node
   */
  DeviceDriver(Path kubelet) throws IOException {
    Files.createDirectories(DESCRIPTIONS);
    socket = kubelet.resolve("plugins").resolve(NAME).resolve("dra.sock");
    service = SocketServer.start(socket, new Service());
    registrar =
        SocketServer.start(
            kubelet.resolve("plugins_registry").resolve(NAME + "-reg.sock"), new Registrar());
  }

  /** What a claim's device is described in. */
  static Path description(String claimUid) {
    return DESCRIPTIONS.resolve(NAME + "-" + claimUid + ".json");
  }

  private final class Registrar extends RegistrationGrpc.RegistrationImplBase {
    @Override
    public void getInfo(InfoRequest request, StreamObserver<PluginInfo> out) {
      answer(
          out,
          PluginInfo.newBuilder()
              .setType("DRAPlugin")
              .setName(NAME)
              .setEndpoint(socket.toString())
              .addSupportedVersions("v1.DRAPlugin")
              .build());
    }

    @Override
    public void notifyRegistrationStatus(
        RegistrationStatus request, StreamObserver<RegistrationStatusResponse> out) {
      answer(out, RegistrationStatusResponse.getDefaultInstance());
    }
  }

  private static final class Service extends DRAPluginGrpc.DRAPluginImplBase {
    @Override
    public void nodePrepareResources(
        NodePrepareResourcesRequest request, StreamObserver<NodePrepareResourcesResponse> out) {
      NodePrepareResourcesResponse.Builder all = NodePrepareResourcesResponse.newBuilder();
      try {
        for (Claim claim : request.getClaimsList()) {
          Files.writeString(description(claim.getUid()), DESCRIPTION.formatted(claim.getUid()));
          Device device =
              Device.newBuilder()
                  .setPoolName("pool")
                  .setDeviceName("d0")
                  .addCdiDeviceIds(NAME + "/dev=" + claim.getUid())
                  .build();
          all.putClaims(
              claim.getUid(), NodePrepareResourceResponse.newBuilder().addDevices(device).build());
        }
        answer(out, all.build());
      } catch (IOException e) {
        out.onError(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
      }
    }

    @Override
    public void nodeUnprepareResources(
        NodeUnprepareResourcesRequest request, StreamObserver<NodeUnprepareResourcesResponse> out) {
      NodeUnprepareResourcesResponse.Builder all = NodeUnprepareResourcesResponse.newBuilder();
      try {
        for (Claim claim : request.getClaimsList()) {
          Files.deleteIfExists(description(claim.getUid()));
          all.putClaims(claim.getUid(), NodeUnprepareResourceResponse.getDefaultInstance());
        }
        answer(out, all.build());
      } catch (IOException e) {
        out.onError(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
      }
    }
  }

  private static <T> void answer(StreamObserver<T> out, T answer) {
    out.onNext(answer);
    out.onCompleted();
  }

  @Override
  public void close() throws IOException {
    registrar.close();
    service.close();
    Files.deleteIfExists(socket.getParent());
  }
}
