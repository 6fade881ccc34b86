package dev.wherry.runtime.docker.streams;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The remote end of a command, as the thread that reads the process sees it. */
interface CommandClient {
  /** Sends output; blocks until it has gone out. */
  void output(boolean stderr, ByteBuffer bytes) throws IOException;

  /** Sends the final status and ends every stream. */
  void finish(byte[] status);

  /** Stops or resumes the flow of input. */
  void takeInput(boolean more);
}
