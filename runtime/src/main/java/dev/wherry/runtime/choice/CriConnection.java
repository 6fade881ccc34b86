package dev.wherry.runtime.choice;

import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.proto.cri.v1.RuntimeServiceGrpc;
import dev.wherry.streaming.socket.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A CRI client for the few questions a worker asks before its kubelet runs. Blocking. */
public final class CriConnection implements AutoCloseable {
  private final SocketChannel socket;

  /** Connects at the first call. */
  public CriConnection(Path socket) {
    this.socket = new SocketChannel(socket.toString());
  }

  /** The runtime half, for calls that end in the given time. */
  public RuntimeServiceGrpc.RuntimeServiceBlockingStub runtime(Duration deadline) {
    return RuntimeServiceGrpc.newBlockingStub(socket.channel())
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The image half, for calls that end in the given time. */
  public ImageServiceGrpc.ImageServiceBlockingStub images(Duration deadline) {
    return ImageServiceGrpc.newBlockingStub(socket.channel())
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    socket.close();
  }
}
