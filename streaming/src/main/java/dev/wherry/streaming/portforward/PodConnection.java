package dev.wherry.streaming.portforward;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connection to a port of a pod. One thread reads, another may write; closing, from any thread,
 * wakes both.
 */
public interface PodConnection extends AutoCloseable {
  /** Connects to a port on a pod's loopback; blocking. */
  @FunctionalInterface
  interface Dialer {
    /**
     * Connects.
     *
     * @throws IOException when nobody listens; the message says why
     */
    PodConnection dial(int port) throws IOException;
  }

  /**
   * Blocks for bytes.
   *
   * @return how many, or -1 when the pod sends no more
   * @throws IOException when the connection was refused or broke; the message says why
   */
  int read(byte[] chunk) throws IOException;

  /** Blocks while the pod does not read. */
  void write(ByteBuffer bytes) throws IOException;

  /** The pod reads end of file; what it sends goes on. */
  void closeInput() throws IOException;

  @Override
  void close();
}
