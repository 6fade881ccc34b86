package dev.wherry.kubelet.probe;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
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

  static ProbeCheck.Result check(String host, int port, String service, Duration timeout) {
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
              CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS),
              request(service));
      int status = status(answer);
      return status == SERVING
          ? new ProbeCheck.Result(true, "service healthy")
          : new ProbeCheck.Result(
              false, "service unhealthy (responded with status code " + status + ")");
    } catch (StatusRuntimeException e) {
      return new ProbeCheck.Result(false, "error: " + e.getStatus());
    } catch (IOException e) {
      return new ProbeCheck.Result(false, "malformed answer: " + e.getMessage());
    } finally {
      channel.shutdownNow();
    }
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
