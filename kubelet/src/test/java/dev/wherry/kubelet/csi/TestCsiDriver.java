package dev.wherry.kubelet.csi;

import dev.wherry.kubelet.fixture.TestRegistrar;
import dev.wherry.proto.csi.v1.NodeExpandVolumeRequest;
import dev.wherry.proto.csi.v1.NodeExpandVolumeResponse;
import dev.wherry.proto.csi.v1.NodeGetCapabilitiesRequest;
import dev.wherry.proto.csi.v1.NodeGetCapabilitiesResponse;
import dev.wherry.proto.csi.v1.NodeGetInfoRequest;
import dev.wherry.proto.csi.v1.NodeGetInfoResponse;
import dev.wherry.proto.csi.v1.NodeGetVolumeStatsRequest;
import dev.wherry.proto.csi.v1.NodeGetVolumeStatsResponse;
import dev.wherry.proto.csi.v1.NodeGrpc;
import dev.wherry.proto.csi.v1.NodePublishVolumeRequest;
import dev.wherry.proto.csi.v1.NodePublishVolumeResponse;
import dev.wherry.proto.csi.v1.NodeServiceCapability;
import dev.wherry.proto.csi.v1.NodeServiceCapability.RPC;
import dev.wherry.proto.csi.v1.NodeStageVolumeRequest;
import dev.wherry.proto.csi.v1.NodeStageVolumeResponse;
import dev.wherry.proto.csi.v1.NodeUnpublishVolumeRequest;
import dev.wherry.proto.csi.v1.NodeUnpublishVolumeResponse;
import dev.wherry.proto.csi.v1.NodeUnstageVolumeRequest;
import dev.wherry.proto.csi.v1.NodeUnstageVolumeResponse;
import dev.wherry.proto.csi.v1.Topology;
import dev.wherry.proto.csi.v1.VolumeUsage;
import dev.wherry.streaming.socket.SocketServer;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A driver as vendors write them: a node service on a socket, and a registrar that puts another
 * into the folder of plugins. A volume is a tmpfs, a block volume a plain file.
 */
final class TestCsiDriver implements AutoCloseable {
  static final String NAME = "test.csi.example.com";

  /** What was asked of it: {@code stage vol-1}, {@code publish vol-1}. */
  final List<String> calls = new CopyOnWriteArrayList<>();

  /** What its registrar was told. */
  final List<String> told = new CopyOnWriteArrayList<>();

  final List<NodePublishVolumeRequest> published = new CopyOnWriteArrayList<>();
  final List<NodeStageVolumeRequest> staged = new CopyOnWriteArrayList<>();
  final List<NodeExpandVolumeRequest> expanded = new CopyOnWriteArrayList<>();

  private final Path socket;
  private final Set<RPC.Type> abilities = EnumSet.of(RPC.Type.STAGE_UNSTAGE_VOLUME);
  private final SocketServer server;
  private volatile boolean failing;

  TestCsiDriver(Path socket, RPC.Type... more) throws IOException {
    this.socket = socket;
    abilities.addAll(List.of(more));
    server = SocketServer.start(socket, new Node());
  }

  /** Puts a registrar into the folder of plugins; closing it takes the driver away. */
  SocketServer announce(Path registry, String version) throws IOException {
    return TestRegistrar.serve(
        registry.resolve("test-reg.sock"), "CSIPlugin", NAME, socket, version, told);
  }

  /** Whether it refuses to publish. */
  void fails(boolean now) {
    failing = now;
  }

  private final class Node extends NodeGrpc.NodeImplBase {
    @Override
    public void nodeGetInfo(NodeGetInfoRequest request, StreamObserver<NodeGetInfoResponse> out) {
      answer(
          out,
          NodeGetInfoResponse.newBuilder()
              .setNodeId("machine-7")
              .setMaxVolumesPerNode(3)
              .setAccessibleTopology(Topology.newBuilder().putSegments("example.com/rack", "r1"))
              .build());
    }

    @Override
    public void nodeGetCapabilities(
        NodeGetCapabilitiesRequest request, StreamObserver<NodeGetCapabilitiesResponse> out) {
      NodeGetCapabilitiesResponse.Builder all = NodeGetCapabilitiesResponse.newBuilder();
      abilities.forEach(type ->
          all.addCapabilities(
              NodeServiceCapability.newBuilder().setRpc(RPC.newBuilder().setType(type))));
      answer(out, all.build());
    }

    @Override
    public void nodeStageVolume(
        NodeStageVolumeRequest request, StreamObserver<NodeStageVolumeResponse> out) {
      calls.add("stage " + request.getVolumeId());
      staged.add(request);
      answer(out, NodeStageVolumeResponse.getDefaultInstance());
    }

    @Override
    public void nodeUnstageVolume(
        NodeUnstageVolumeRequest request, StreamObserver<NodeUnstageVolumeResponse> out) {
      calls.add("unstage " + request.getVolumeId());
      answer(out, NodeUnstageVolumeResponse.getDefaultInstance());
    }

    @Override
    public void nodePublishVolume(
        NodePublishVolumeRequest request, StreamObserver<NodePublishVolumeResponse> out) {
      calls.add("publish " + request.getVolumeId());
      published.add(request);
      if (failing) {
        out.onError(Status.INTERNAL.withDescription("no way").asRuntimeException());
        return;
      }
      try {
        Path target = Path.of(request.getTargetPath());
        if (Files.exists(target)) {
          calls.add("published before " + request.getVolumeId());
        } else if (request.getVolumeCapability().hasBlock()) {
          Files.createFile(target);
        } else {
          Files.createDirectory(target);
          run("mount", "-t", "tmpfs", "-o", "size=1m", "test", target.toString());
        }
        answer(out, NodePublishVolumeResponse.getDefaultInstance());
      } catch (IOException e) {
        out.onError(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
      }
    }

    @Override
    public void nodeUnpublishVolume(
        NodeUnpublishVolumeRequest request, StreamObserver<NodeUnpublishVolumeResponse> out) {
      calls.add("unpublish " + request.getVolumeId());
      try {
        Path target = Path.of(request.getTargetPath());
        if (Files.isDirectory(target)) {
          run("umount", target.toString());
        }
        Files.deleteIfExists(target);
        answer(out, NodeUnpublishVolumeResponse.getDefaultInstance());
      } catch (IOException e) {
        out.onError(Status.INTERNAL.withDescription(e.toString()).asRuntimeException());
      }
    }

    @Override
    public void nodeGetVolumeStats(
        NodeGetVolumeStatsRequest request, StreamObserver<NodeGetVolumeStatsResponse> out) {
      calls.add("stats " + request.getVolumeId());
      answer(
          out,
          NodeGetVolumeStatsResponse.newBuilder()
              .addUsage(
                  VolumeUsage.newBuilder()
                      .setUnit(VolumeUsage.Unit.BYTES)
                      .setTotal(1_000)
                      .setAvailable(600)
                      .setUsed(400))
              .build());
    }

    @Override
    public void nodeExpandVolume(
        NodeExpandVolumeRequest request, StreamObserver<NodeExpandVolumeResponse> out) {
      calls.add("expand " + request.getVolumeId());
      expanded.add(request);
      answer(out, NodeExpandVolumeResponse.getDefaultInstance());
    }
  }

  private static <T> void answer(StreamObserver<T> out, T value) {
    out.onNext(value);
    out.onCompleted();
  }

  private static void run(String... command) throws IOException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
