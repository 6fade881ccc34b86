package dev.wherry.streaming.upgrade;

import java.util.ArrayDeque;
import java.util.Optional;

/**
 * What came on one stream and waits for the thread that takes it. Above its limit it stops the
 * connection's reads, so it holds the limit and what one read of the socket brings. Items are added
 * on the event loop and taken by one blocking thread.
 *
 * @param <T> what waits
 */
public final class Inbox<T> {
  /** Bytes that may wait on one stream before its connection is read no more. */
  public static final int WAITING_BYTES_MAX = 256 * 1024;

  private record Entry<T>(T item, int bytes) {}

  private final ReadGate gate;
  private final ArrayDeque<Entry<T>> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean full;
  private boolean ended;
  private boolean discarded;

  public Inbox(ReadGate gate) {
    this.gate = gate;
  }

  /** Puts an item behind the others; nothing once the inbox has ended. */
  public synchronized void add(T item, int bytes) {
    if (ended) {
      return;
    }
    waiting.add(new Entry<>(item, bytes));
    waitingBytes += bytes;
    if (!full && waitingBytes >= WAITING_BYTES_MAX) {
      full = true;
      gate.shut();
    }
    notifyAll();
  }

  /** No more will be added; what waits can still be taken. */
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Nobody takes any more: drops what waits and what is yet to come. */
  public synchronized void discard() {
    ended = true;
    discarded = true;
    waiting.clear();
    waitingBytes = 0;
    release();
    notifyAll();
  }

  /** Blocks for the next item; empty behind the last one. */
  public synchronized Optional<T> take() throws InterruptedException {
    while (waiting.isEmpty() && !ended) {
      wait();
    }
    if (discarded || waiting.isEmpty()) {
      return Optional.empty();
    }
    Entry<T> next = waiting.remove();
    waitingBytes -= next.bytes();
    if (waitingBytes < WAITING_BYTES_MAX / 2) {
      release();
    }
    return Optional.of(next.item());
  }

  private void release() {
    if (full) {
      full = false;
      gate.open();
    }
  }
}
