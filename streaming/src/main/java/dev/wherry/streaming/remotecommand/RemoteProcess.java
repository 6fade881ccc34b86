package dev.wherry.streaming.remotecommand;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A process in a container with its streams. One thread reads, another may write; closing, from any
 * thread, lets the process be and its streams go, and wakes both.
 */
public interface RemoteProcess extends AutoCloseable {
  /** A piece of output as it came. */
  record Output(boolean stderr, ByteBuffer bytes) {}

  /** Starts or joins the process; blocking. */
  @FunctionalInterface
  interface Opener {
    RemoteProcess open() throws IOException;
  }

  /** Blocks for the next output; empty once the process has closed its output. */
  Optional<Output> read() throws IOException;

  /** Blocks while the process does not read. */
  void write(ByteBuffer bytes) throws IOException;

  /** The process reads end of file; its output goes on. */
  void closeInput() throws IOException;

  /** The terminal's size in characters; nothing without a terminal. */
  void resize(int columns, int rows) throws IOException;

  /** How it ended; asked for once, behind the last output. Blocks until it is known. */
  CommandStatus outcome() throws IOException;

  @Override
  void close();
}
