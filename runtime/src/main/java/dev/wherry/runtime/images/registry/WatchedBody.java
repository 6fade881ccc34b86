package dev.wherry.runtime.images.registry;

import dev.wherry.machinery.time.Timer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A body that is given up when no byte comes for too long. */
final class WatchedBody extends FilterInputStream {
  private final Timer timer;
  private final Duration patience;
  private final AtomicLong reads = new AtomicLong();
  private volatile boolean stalled;
  private volatile Timer.Alarm alarm;

  WatchedBody(InputStream body, Timer timer, Duration patience) {
    super(body);
    this.timer = timer;
    this.patience = patience;
    this.alarm = timer.after(patience, () -> look(0));
  }

  private void look(long before) {
    long now = reads.get();
    if (now != before) {
      alarm = timer.after(patience, () -> look(now));
      return;
    }
    stalled = true;
    // Closing wakes the reader; it may wait for locks, the timer's thread must not.
    Thread.ofVirtual().name("stalled-pull").start(this::giveUp);
  }

  private void giveUp() {
    try {
      in.close();
    } catch (IOException e) {
      stalled = true;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int at, int length) throws IOException {
    int read;
    try {
      read = super.read(to, at, length);
    } catch (IOException e) {
      throw stalled ? silence(e) : e;
    }
    if (stalled) {
      throw silence(new IOException("closed"));
    }
    reads.incrementAndGet();
    return read;
  }

  private IOException silence(IOException cause) {
    return new IOException("nothing came for " + patience.toMillis() + " ms", cause);
  }

  @Override
  public void close() throws IOException {
    alarm.cancel();
    super.close();
  }
}
