package dev.wherry.cli.client.copy;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;

/** A stream from a container that is opened again, further on, when it breaks. */
final class ResumingInput extends InputStream {
  /** Opens the stream. */
  @FunctionalInterface
  interface Source {
    /**
     * Opens it.
     *
     * @param skipped how many bytes the reader has already
     */
    InputStream open(long skipped) throws IOException;
  }

  private final Source source;
  private final int retriesMax;
  private final PrintStream out;
  private InputStream in;
  private long taken;
  private int retries;

  /**
   * @param retriesMax negative for no limit
   */
  ResumingInput(Source source, int retriesMax, PrintStream out) throws IOException {
    this.source = source;
    this.retriesMax = retriesMax;
    this.out = out;
    this.in = source.open(0);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] chunk, int from, int length) throws IOException {
    while (true) {
      try {
        int read = in.read(chunk, from, length);
        taken += Math.max(0, read);
        return read;
      } catch (IOException e) {
        if (retriesMax >= 0 && retries >= retriesMax) {
          out.println("Dropping out copy after " + retries + " retries");
          throw e;
        }
        retries++;
        out.println("Resuming copy at %d bytes, retry %d/%d".formatted(taken, retries, retriesMax));
        in.close();
        in = source.open(taken);
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
