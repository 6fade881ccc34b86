package dev.wherry.runtime.docker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A process in a container with its streams. One thread reads, another may write; closing lets the
 * process be and its streams go.
 */
public interface AttachedProcess extends AutoCloseable {
  /** A piece of output as it came. */
  record Output(boolean stderr, ByteBuffer bytes) {}

  /** Blocks for the next output; empty once the process has closed its output. */
  Optional<Output> read() throws IOException;

  /** Blocks while the process does not read. */
  void write(ByteBuffer bytes) throws IOException;

  /** The process reads end of file; its output goes on. */
  void closeInput() throws IOException;

  /** The terminal's size in characters; nothing without a terminal. */
  void resize(int columns, int rows);

  /** The exit code of an ended exec; empty while it runs, and for attach. */
  Optional<Integer> exitCode();

  @Override
  void close();
}
