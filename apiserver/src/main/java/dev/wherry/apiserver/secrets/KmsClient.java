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
import dev.wherry.streaming.socket.SocketChannel;
import io.grpc.StatusRuntimeException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Asks a KMS plugin over its Unix socket. A call waits for the plugin to be there and ends at the
 * configured timeout at the latest; every failure is a {@link StatusRuntimeException}.
 */
final class KmsClient implements AutoCloseable {
  /** Of an answer: a key, its id, 32 KiB of annotations, and room. */
  private static final int ANSWER_BYTES_MAX = 64 * 1024;

  private final KmsConfig config;
  private final Supplier<UUID> uids;
  private final SocketChannel socket;

  /**
   * @param uids of requests
   */
  KmsClient(KmsConfig config, Supplier<UUID> uids) {
    this.config = config;
    this.uids = uids;
    this.socket = new SocketChannel(config.socket(), ANSWER_BYTES_MAX);
  }

  private KeyManagementServiceBlockingStub plugin() {
    // A plugin that was away is tried at once, not when the channel's patience ends.
    socket.channel().resetConnectBackoff();
    return KeyManagementServiceGrpc.newBlockingStub(socket.channel())
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
    socket.close();
  }
}
