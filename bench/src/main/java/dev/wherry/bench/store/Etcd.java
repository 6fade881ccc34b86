package dev.wherry.bench.store;

import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * An etcd server of its own, and as much of a client as a put needs: {@code etcdserverpb.KV/Put}
 * with its two fields, key (1) and value (2), written by hand.
 */
final class Etcd implements AutoCloseable {
  private static final int CHANNELS = 4;
  private static final Duration START_MAX = Duration.ofSeconds(20);
  private static final MethodDescriptor<byte[], byte[]> PUT =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("etcdserverpb.KV/Put")
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  private final Process process;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private Etcd(Process process, int port) {
    this.process = process;
    for (int i = 0; i < CHANNELS; i++) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .executor(Executors.newVirtualThreadPerTaskExecutor())
              .build());
    }
  }

  /** Starts the program with its defaults; only addresses and folder are given. */
  static Etcd start(Path program, Path folder) throws IOException {
    int port = freePort();
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + freePort();
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--data-dir=" + folder,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer,
                "--log-level=error")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolveSibling("etcd.log").toFile())
            .start();
    Etcd etcd = new Etcd(process, port);
    etcd.awaitReady();
    return etcd;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() throws IOException {
    byte[] request = request("/ready", new byte[0]);
    CallOptions options =
        CallOptions.DEFAULT
            .withWaitForReady()
            .withDeadlineAfter(START_MAX.toSeconds(), TimeUnit.SECONDS);
    try {
      ClientCalls.blockingUnaryCall(channels.getFirst(), PUT, options, request);
    } catch (StatusRuntimeException e) {
      close();
      throw new IOException("etcd does not answer", e);
    }
  }

  Target target() {
    return new Target("etcd", this::put, () -> Cpu.of(process.toHandle()));
  }

  private void put(String key, byte[] value) {
    ManagedChannel channel = channels.get(Math.floorMod(key.hashCode(), CHANNELS));
    ClientCalls.blockingUnaryCall(channel, PUT, CallOptions.DEFAULT, request(key, value));
  }

  private static byte[] request(String key, byte[] value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length + key.length() + 16);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeString(1, key);
      out.writeByteArray(2, value);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    process.destroy();
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Messages as they are. */
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
        throw new UncheckedIOException(e);
      }
    }
  }
}
