package dev.wherry.cli.client.verb;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Where a command reads and writes; texts are UTF-8 whatever the locale says.
 *
 * @param out buffered: whoever follows something flushes
 * @param environment of the process
 */
public record Streams(
    InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
  private static final int BUFFER_BYTES = 32 * 1024;

  /** Those of this process. */
  public static Streams system() {
    return new Streams(
        System.in,
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES),
            false,
            StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.getenv());
  }
}
