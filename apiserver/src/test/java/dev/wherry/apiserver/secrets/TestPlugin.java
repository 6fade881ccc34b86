package dev.wherry.apiserver.secrets;

import com.google.protobuf.ByteString;
import dev.wherry.proto.kms.v2.DecryptRequest;
import dev.wherry.proto.kms.v2.DecryptResponse;
import dev.wherry.proto.kms.v2.EncryptRequest;
import dev.wherry.proto.kms.v2.EncryptResponse;
import dev.wherry.proto.kms.v2.KeyManagementServiceGrpc;
import dev.wherry.proto.kms.v2.StatusRequest;
import dev.wherry.proto.kms.v2.StatusResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A KMS plugin that wraps by a XOR with its key's id, and that can be told to misbehave. */
final class TestPlugin extends KeyManagementServiceGrpc.KeyManagementServiceImplBase
    implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final Server server;
  final AtomicInteger encrypts = new AtomicInteger();
  final AtomicInteger decrypts = new AtomicInteger();

  /** What its state tells. */
  volatile String keyId = "key-1";

  /** What it says it encrypted with; "" for {@link #keyId}. */
  volatile String encryptsWith = "";

  volatile String health = "ok";
  volatile String version = "v2";
  volatile String annotation = "kms.example";
  volatile boolean hangs;

  TestPlugin(String socket) throws IOException {
    server =
        NettyServerBuilder.forAddress(new DomainSocketAddress(socket))
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .withChildOption(ChannelOption.SO_KEEPALIVE, null)
            .directExecutor()
            .addService(this)
            .build()
            .start();
  }

  private static ByteString mixed(ByteString bytes, String key) {
    byte[] mask = key.getBytes(StandardCharsets.UTF_8);
    byte[] result = bytes.toByteArray();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= mask[i % mask.length];
    }
    return ByteString.copyFrom(result);
  }

  private <T> void answer(StreamObserver<T> to, T answer) {
    if (!hangs) {
      to.onNext(answer);
      to.onCompleted();
    }
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> to) {
    answer(
        to,
        StatusResponse.newBuilder().setVersion(version).setHealthz(health).setKeyId(keyId).build());
  }

  @Override
  public void encrypt(EncryptRequest request, StreamObserver<EncryptResponse> to) {
    encrypts.incrementAndGet();
    answer(
        to,
        EncryptResponse.newBuilder()
            .setCiphertext(mixed(request.getPlaintext(), keyId))
            .setKeyId(encryptsWith.isEmpty() ? keyId : encryptsWith)
            .putAnnotations(annotation, ByteString.copyFromUtf8("1"))
            .build());
  }

  @Override
  public void decrypt(DecryptRequest request, StreamObserver<DecryptResponse> to) {
    decrypts.incrementAndGet();
    if (!request.containsAnnotations(annotation) || request.getUid().isEmpty()) {
      to.onError(Status.INVALID_ARGUMENT.asRuntimeException());
      return;
    }
    answer(
        to,
        DecryptResponse.newBuilder()
            .setPlaintext(mixed(request.getCiphertext(), request.getKeyId()))
            .build());
  }

  @Override
  public void close() {
    server.shutdownNow();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
