package dev.wherry.kubelet.csi;

import dev.wherry.proto.csi.v1.NodeExpandVolumeRequest;
import dev.wherry.proto.csi.v1.NodeGetCapabilitiesRequest;
import dev.wherry.proto.csi.v1.NodeGetInfoRequest;
import dev.wherry.proto.csi.v1.NodeGetInfoResponse;
import dev.wherry.proto.csi.v1.NodeGetVolumeStatsRequest;
import dev.wherry.proto.csi.v1.NodeGrpc;
import dev.wherry.proto.csi.v1.NodePublishVolumeRequest;
import dev.wherry.proto.csi.v1.NodeServiceCapability;
import dev.wherry.proto.csi.v1.NodeServiceCapability.RPC;
import dev.wherry.proto.csi.v1.NodeStageVolumeRequest;
import dev.wherry.proto.csi.v1.NodeUnpublishVolumeRequest;
import dev.wherry.proto.csi.v1.NodeUnstageVolumeRequest;
import dev.wherry.proto.csi.v1.VolumeUsage;
import dev.wherry.streaming.socket.SocketChannel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A driver's node service over its socket. Safe for many threads; every call blocks. */
final class CsiDriver implements AutoCloseable {
  /** Rule: upstream's csiTimeout. */
  private static final Duration CALL = Duration.ofMinutes(2);

  private static final Duration FIGURES = Duration.ofSeconds(5);

  private final String name;
  private final SocketChannel channel;
  private final NodeGrpc.NodeBlockingStub stub;
  private final NodeGetInfoResponse info;
  private final Set<RPC.Type> abilities;

  private CsiDriver(
      String name, SocketChannel channel, NodeGetInfoResponse info, Set<RPC.Type> abilities) {
    this.name = name;
    this.channel = channel;
    this.stub = NodeGrpc.newBlockingStub(channel.channel());
    this.info = info;
    this.abilities = abilities;
  }

  /** Asks a driver what it is. */
  static CsiDriver connect(String name, Path socket) throws CsiException {
    SocketChannel channel = new SocketChannel(socket.toString());
    try {
      NodeGrpc.NodeBlockingStub stub =
          NodeGrpc.newBlockingStub(channel.channel())
              .withWaitForReady()
              .withDeadlineAfter(CALL.toMillis(), TimeUnit.MILLISECONDS);
      NodeGetInfoResponse info = stub.nodeGetInfo(NodeGetInfoRequest.getDefaultInstance());
      Set<RPC.Type> abilities = EnumSet.noneOf(RPC.Type.class);
      for (NodeServiceCapability one :
          stub.nodeGetCapabilities(NodeGetCapabilitiesRequest.getDefaultInstance())
              .getCapabilitiesList()) {
        abilities.add(one.getRpc().getType());
      }
      return new CsiDriver(name, channel, info, abilities);
    } catch (StatusRuntimeException e) {
      channel.close();
      throw CsiException.of(e);
    }
  }

  String name() {
    return name;
  }

  /** What it said of this node when it came. */
  NodeGetInfoResponse info() {
    return info;
  }

  boolean can(RPC.Type ability) {
    return abilities.contains(ability);
  }

  void stage(NodeStageVolumeRequest request) throws CsiException {
    var _ = call(node -> node.nodeStageVolume(request));
  }

  void unstage(NodeUnstageVolumeRequest request) throws CsiException {
    var _ = call(node -> node.nodeUnstageVolume(request));
  }

  void publish(NodePublishVolumeRequest request) throws CsiException {
    var _ = call(node -> node.nodePublishVolume(request));
  }

  void unpublish(NodeUnpublishVolumeRequest request) throws CsiException {
    var _ = call(node -> node.nodeUnpublishVolume(request));
  }

  void expand(NodeExpandVolumeRequest request) throws CsiException {
    var _ = call(node -> node.nodeExpandVolume(request));
  }

  /** What it knows of a volume's space; somebody waits for it. */
  List<VolumeUsage> stats(NodeGetVolumeStatsRequest request) throws CsiException {
    return call(FIGURES, node -> node.nodeGetVolumeStats(request)).getUsageList();
  }

  private <T> T call(Function<NodeGrpc.NodeBlockingStub, T> request) throws CsiException {
    return call(CALL, request);
  }

  private <T> T call(Duration atMost, Function<NodeGrpc.NodeBlockingStub, T> request)
      throws CsiException {
    try {
      return request.apply(stub.withDeadlineAfter(atMost.toMillis(), TimeUnit.MILLISECONDS));
    } catch (StatusRuntimeException e) {
      throw CsiException.of(e);
    }
  }

  @Override
  public void close() {
    channel.close();
  }
}
