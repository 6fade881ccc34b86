package dev.wherry.kubelet.probe;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.wherry.kubelet.image.GoDurations;
import dev.wherry.machinery.address.AddressText;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One call of {@code grpc.health.v1.Health/Check}. The two messages are small enough to be written
 * by their field numbers: service = 1; status = 1, where 1 means SERVING.
 */
final class GrpcCheck {
  private static final int SERVICE_FIELD = 1;
  private static final int STATUS_TAG = 8;
  private static final int SERVING = 1;
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Bytes();
  private static final MethodDescriptor<byte[], byte[]> CHECK =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("grpc.health.v1.Health/Check")
          .setRequestMarshaller(BYTES)
          .setResponseMarshaller(BYTES)
          .build();

  private GrpcCheck() {}

  static ProbeResult check(String host, int port, String service, Duration timeout) {
    String shown = AddressText.bracketed(host) + ":" + port;
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(host, port)
            .usePlaintext()
            .userAgent("kube-probe/1.36")
            .build();
    try {
      byte[] answer =
          ClientCalls.blockingUnaryCall(
              channel,
              CHECK,
              CallOptions.DEFAULT
                  .withWaitForReady()
                  .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS),
              request(service));
      int status = status(answer);
      return status == SERVING
          ? ProbeResult.success()
          : ProbeResult.failure("service unhealthy (responded with \"" + name(status) + "\")");
    } catch (StatusRuntimeException e) {
      return ProbeResult.failure(why(e.getStatus(), channel, shown, timeout));
    } catch (IOException e) {
      return ProbeResult.failure("error: health rpc probe failed: " + e.getMessage());
    } finally {
      channel.shutdownNow();
    }
  }

  private static String why(Status status, ManagedChannel channel, String at, Duration timeout) {
    String text = status.getDescription() == null ? "" : status.getDescription();
    return switch (status.getCode()) {
      case UNIMPLEMENTED ->
          "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): "
              + text;
      case DEADLINE_EXCEEDED ->
          channel.getState(false) == ConnectivityState.READY
              ? "timeout: health rpc did not complete within " + GoDurations.text(timeout)
              : "timeout: failed to connect service \"%s\" within %s: context deadline exceeded"
                  .formatted(at, GoDurations.text(timeout));
      default ->
          "error: health rpc probe failed: rpc error: code = %s desc = %s"
              .formatted(codeName(status.getCode()), text);
    };
  }

  /** {@code PERMISSION_DENIED} is {@code PermissionDenied} in Go's words. */
  private static String codeName(Status.Code code) {
    StringBuilder name = new StringBuilder();
    for (String word : code.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }

  /** {@code HealthCheckResponse.ServingStatus} of grpc.health.v1. */
  private static String name(int status) {
    return switch (status) {
      case 0 -> "UNKNOWN";
      case SERVING -> "SERVING";
      case 2 -> "NOT_SERVING";
      case 3 -> "SERVICE_UNKNOWN";
      default -> Integer.toString(status);
    };
  }

  private static byte[] request(String service) throws IOException {
    if (service.isEmpty()) {
      return new byte[0];
    }
    byte[] out = new byte[CodedOutputStream.computeStringSize(SERVICE_FIELD, service)];
    CodedOutputStream stream = CodedOutputStream.newInstance(out);
    stream.writeString(SERVICE_FIELD, service);
    stream.flush();
    return out;
  }

  private static int status(byte[] answer) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(answer);
    int status = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == STATUS_TAG) {
        status = in.readEnum();
      } else {
        in.skipField(tag);
      }
    }
    return status;
  }

  /** Messages as they are on the wire. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }
}
