package dev.wherry.kubelet.dynamic;

import dev.wherry.proto.dra.v1.Claim;
import dev.wherry.proto.dra.v1.DRAPluginGrpc;
import dev.wherry.proto.dra.v1.NodePrepareResourceResponse;
import dev.wherry.proto.dra.v1.NodePrepareResourcesRequest;
import dev.wherry.proto.dra.v1.NodePrepareResourcesResponse;
import dev.wherry.proto.dra.v1.NodeUnprepareResourceResponse;
import dev.wherry.proto.dra.v1.NodeUnprepareResourcesRequest;
import dev.wherry.proto.dra.v1.NodeUnprepareResourcesResponse;
import dev.wherry.streaming.socket.SocketChannel;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A driver over its socket. Safe for many threads; every call blocks. */
final class DraDriver implements AutoCloseable {
  /** Rule: upstream's defaultClientCallTimeout. */
  private static final Duration CALL = Duration.ofSeconds(45);

  private static final String SERVICE = "k8s.io.kubelet.pkg.apis.dra.";

  /** What drivers may serve. */
  enum Version {
    V1("v1.DRAPlugin"),
    V1BETA1("v1beta1.DRAPlugin");

    private final String text;

    Version(String text) {
      this.text = text;
    }

    /** As drivers write it when they register. */
    static Optional<Version> of(String text) {
      return List.of(values()).stream().filter(one -> one.text.equals(text)).findFirst();
    }

    String text() {
      return text;
    }
  }

  private final String name;
  private final Version version;
  private final SocketChannel channel;

  DraDriver(String name, Version version, Path socket) {
    this.name = name;
    this.version = version;
    this.channel = new SocketChannel(socket.toString());
  }

  String name() {
    return name;
  }

  /** Makes a claim's devices ready. */
  NodePrepareResourceResponse prepare(Claim claim) throws DynamicResourcesException {
    NodePrepareResourcesResponse answer =
        call(
            "NodePrepareResources",
            DRAPluginGrpc.getNodePrepareResourcesMethod(),
            NodePrepareResourcesRequest.newBuilder().addClaims(claim).build());
    NodePrepareResourceResponse own = answer.getClaimsMap().get(claim.getUid());
    if (own == null) {
      throw new DynamicResourcesException("NodePrepareResources skipped 1 ResourceClaims");
    }
    refuse("NodePrepareResources", claim, own.getError());
    return own;
  }

  /** Takes them back; done before is done. */
  void unprepare(Claim claim) throws DynamicResourcesException {
    NodeUnprepareResourcesResponse answer =
        call(
            "NodeUnprepareResources",
            DRAPluginGrpc.getNodeUnprepareResourcesMethod(),
            NodeUnprepareResourcesRequest.newBuilder().addClaims(claim).build());
    NodeUnprepareResourceResponse own = answer.getClaimsMap().get(claim.getUid());
    if (own == null) {
      throw new DynamicResourcesException("NodeUnprepareResources skipped 1 ResourceClaims");
    }
    refuse("NodeUnprepareResources", claim, own.getError());
  }

  private static void refuse(String what, Claim claim, String error)
      throws DynamicResourcesException {
    if (!error.isEmpty()) {
      throw new DynamicResourcesException(
          "%s failed for ResourceClaim %s: %s".formatted(what, claim.getName(), error));
    }
  }

  /** Both versions have the same messages; only the service's name differs. */
  private <Q, A> A call(String what, MethodDescriptor<Q, A> method, Q request)
      throws DynamicResourcesException {
    MethodDescriptor<Q, A> own =
        method.toBuilder()
            .setFullMethodName(
                MethodDescriptor.generateFullMethodName(SERVICE + version.text(), what))
            .build();
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(CALL.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return ClientCalls.blockingUnaryCall(channel.channel(), own, options, request);
    } catch (StatusRuntimeException e) {
      throw new DynamicResourcesException(
          "%s: rpc error: code = %s desc = %s"
              .formatted(what, e.getStatus().getCode(), e.getStatus().getDescription()));
    }
  }

  @Override
  public void close() {
    channel.close();
  }
}
