package dev.wherry.network.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A node's end of the relay: the interface to which routes of pods lead that cannot be reached
 * otherwise, and the stream to the server while there is one. Without a stream packets are dropped.
 */
public final class PodRelay implements AutoCloseable {
  /** The interface's name. */
  public static final String DEVICE = "wherry-relay";

  private final Runnable prologue;
  private final AtomicReference<@Nullable Channel> stream = new AtomicReference<>();
  private volatile @Nullable PacketDevice device;

  public PodRelay() {
    this(() -> {});
  }

  /**
   * The same in another network namespace.
   *
   * @param prologue enters it; runs first on the thread that makes the calls
   */
  public PodRelay(Runnable prologue) {
    this.prologue = prologue;
  }

  /**
   * Takes a stream that the server has opened, in place of any before.
   *
   * @param opened with bytes in both directions, not read yet; on its event loop
   */
  public void take(Channel opened) {
    Channel before = stream.getAndSet(opened);
    if (before != null) {
      before.close();
    }
    opened.closeFuture().addListener(_ -> stream.compareAndSet(opened, null));
    Packets.read(opened, this::arrived, () -> {});
  }

  private void arrived(ByteBuf framed) {
    PacketDevice open = device;
    if (open != null) {
      open.write(framed);
    }
  }

  /**
   * Opens the interface where it is not; by one thread.
   *
   * @param lost told when it is gone, on its thread
   * @throws IOException with what the kernel refused
   */
  public void open(Runnable lost) throws IOException, InterruptedException {
    PacketDevice present = device;
    if (present == null || !present.isOpen()) {
      device = PacketDevice.open(DEVICE, prologue, new Sender(lost));
    }
  }

  /** Lets the interface go; it stays with its routes and drops what comes. */
  @Override
  public void close() {
    PacketDevice present = device;
    if (present != null) {
      present.close();
      device = null;
    }
  }

  /** Sends packets of the interface to the server, or drops them while it cannot take more. */
  private final class Sender implements PacketDevice.Taker {
    private final Runnable lost;

    Sender(Runnable lost) {
      this.lost = lost;
    }

    @Override
    public void packet(ByteBuf framed) {
      Channel open = stream.get();
      if (open != null && open.isWritable()) {
        var _ = open.write(framed);
      } else {
        framed.release();
      }
    }

    @Override
    public void pause() {
      Channel open = stream.get();
      if (open != null) {
        open.flush();
      }
    }

    @Override
    public void lost() {
      lost.run();
    }
  }
}
