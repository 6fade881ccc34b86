package dev.wherry.streaming.remotecommand;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The remote end of a command, as the thread that reads the process sees it. */
interface CommandClient {
  /** Sends output; blocks while the client does not read. */
  void output(boolean stderr, ByteBuffer bytes) throws IOException;

  /** Sends the final status and ends every stream. */
  void finish(CommandStatus status);
}
