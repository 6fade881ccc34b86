package dev.wherry.apiserver.http;

import io.netty.buffer.ByteBuf;

/**
 * An answer without a known end: chunks over HTTP, messages over WebSocket. Writes may come from
 * any one thread at a time.
 */
public interface AnswerStream {
  /**
   * Queues bytes without waiting; for callers that look at {@link #isWritable} first. Over
   * WebSocket one call is one message: a watch writes each event whole.
   */
  void write(ByteBuf bytes);

  void flush();

  /** The same as a write and a flush, and cheaper where that is possible. */
  default void send(ByteBuf bytes) {
    write(bytes);
    flush();
  }

  /** Whether the client keeps up; when it does not, wait for {@link #whenWritable}. */
  boolean isWritable();

  /**
   * Waits until the client has taken enough; blocks a virtual thread only.
   *
   * @throws Exchange.ClientGoneException when the client is gone, or takes nothing for too long
   */
  void awaitWritable();

  /** Runs once, on the event loop, when the channel is writable or gone. */
  void whenWritable(Runnable action);

  /** Runs once when the client is gone. */
  void whenGone(Runnable action);

  boolean isOpen();

  /** Ends the answer. */
  void close();
}
