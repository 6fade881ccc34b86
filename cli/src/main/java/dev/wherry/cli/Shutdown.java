package dev.wherry.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says to a server or agent that is about to be ended that its pods end with it. Without it they go
 * on running, so that a restart or an upgrade touches none.
 */
public final class Shutdown {
  private static final String FILE = "stop-pods";

  private Shutdown() {}

  static boolean isWanted(Path dataDirectory) {
    return Files.exists(dataDirectory.resolve(FILE));
  }

  /** From now on the end of the process ends its pods. */
  public static void want(Path dataDirectory) throws IOException {
    Files.writeString(dataDirectory.resolve(FILE), "");
  }

  /** From now on it does not. */
  public static void forget(Path dataDirectory) throws IOException {
    Files.deleteIfExists(dataDirectory.resolve(FILE));
  }
}
