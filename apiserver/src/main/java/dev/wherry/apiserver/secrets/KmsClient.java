package dev.wherry.apiserver.secrets;

import com.google.protobuf.ByteString;
import dev.wherry.proto.kms.v2.DecryptRequest;
import dev.wherry.proto.kms.v2.EncryptRequest;
import dev.wherry.proto.kms.v2.EncryptResponse;
import dev.wherry.proto.kms.v2.EncryptedObject;
import dev.wherry.proto.kms.v2.KeyManagementServiceGrpc;
import dev.wherry.proto.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceBlockingStub;
import dev.wherry.proto.kms.v2.StatusRequest;
import dev.wherry.proto.kms.v2.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks a KMS plugin over its Unix socket. A call waits for the plugin to be there and ends at the
 * configured timeout at the latest; every failure is a {@link StatusRuntimeException}.
 */
final class KmsClient implements AutoCloseable {
  /** Of an answer: a key, its id, 32 KiB of annotations, and room. */
  private static final int ANSWER_BYTES_MAX = 64 * 1024;

  private static final int CLOSE_SECONDS = 2;

  private final KmsConfig config;
  private final Supplier<UUID> uids;
  private final EventLoopGroup loop;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final ManagedChannel channel;

  /**
   * @param uids of requests
   */
  KmsClient(KmsConfig config, Supplier<UUID> uids) {
    this.config = config;
    this.uids = uids;
    boolean epoll = Epoll.isAvailable();
    loop =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    channel =
        NettyChannelBuilder.forAddress(
                epoll
                    ? new DomainSocketAddress(config.socket())
                    : UnixDomainSocketAddress.of(config.socket()))
            .channelType(epoll ? EpollDomainSocketChannel.class : NioDomainSocketChannel.class)
            .eventLoopGroup(loop)
            .executor(calls)
            .overrideAuthority("localhost")
            .maxInboundMessageSize(ANSWER_BYTES_MAX)
            // Only TCP has it; grpc sets it for every channel and Netty complains.
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .usePlaintext()
            .build();
  }

  private KeyManagementServiceBlockingStub plugin() {
    // A plugin that was away is tried at once, not when the channel's patience ends.
    channel.resetConnectBackoff();
    return KeyManagementServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  StatusResponse status() {
    return plugin().status(StatusRequest.getDefaultInstance());
  }

  EncryptResponse encrypt(byte[] plain) {
    return plugin()
        .encrypt(
            EncryptRequest.newBuilder()
                .setPlaintext(ByteString.copyFrom(plain))
                .setUid(uids.get().toString())
                .build());
  }

  /** What the plugin encrypted once. */
  byte[] decrypt(EncryptedObject source) {
    return plugin()
        .decrypt(
            DecryptRequest.newBuilder()
                .setCiphertext(source.getEncryptedDEKSource())
                .setUid(uids.get().toString())
                .setKeyId(source.getKeyID())
                .putAllAnnotations(source.getAnnotationsMap())
                .build())
        .getPlaintext()
        .toByteArray();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    var _ = loop.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    calls.shutdown();
  }
}
