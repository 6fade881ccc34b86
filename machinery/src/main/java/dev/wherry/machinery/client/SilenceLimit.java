package dev.wherry.machinery.client;

import dev.wherry.machinery.time.Timer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;

/** Ends a stream on which nothing has come for so long that its connection must be dead. */
final class SilenceLimit extends FilterInputStream {
  /**
   * A connection that died without a word is noticed so late: servers send a bookmark every minute
   * or so. Watching anew from the last revision costs little.
   */
  static final Duration SILENCE_MAX = Duration.ofMinutes(3);

  private final Timer timer;
  private final Timer.Alarm[] alarm = new Timer.Alarm[1];
  private volatile Instant heard;
  private boolean closed;

  private SilenceLimit(InputStream stream, Timer timer) {
    super(stream);
    this.timer = timer;
    this.heard = timer.instant();
  }

  static InputStream on(InputStream stream, Timer timer) {
    SilenceLimit limited = new SilenceLimit(stream, timer);
    limited.listen(SILENCE_MAX);
    return limited;
  }

  private synchronized void listen(Duration delay) {
    if (!closed) {
      alarm[0] =
          timer.after(
              delay,
              () -> {
                Duration quiet = Duration.between(heard, timer.instant());
                if (quiet.compareTo(SILENCE_MAX) >= 0) {
                  // Closing can block: not on the timer's thread.
                  Thread.ofVirtual().start(this::end);
                } else {
                  listen(SILENCE_MAX.minus(quiet));
                }
              });
    }
  }

  private void end() {
    try {
      close();
    } catch (IOException e) {
      // Nothing is read from it any more.
    }
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    heard = timer.instant();
    return read;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = super.read(bytes, offset, length);
    heard = timer.instant();
    return read;
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      if (alarm[0] != null) {
        alarm[0].cancel();
      }
    }
    super.close();
  }
}
