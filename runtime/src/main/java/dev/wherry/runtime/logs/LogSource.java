package dev.wherry.runtime.logs;

import java.io.IOException;
import java.io.InputStream;

/** Where a container's log comes from; Docker in the program, files in tests. */
public interface LogSource {
  /**
   * Opens the log from a timestamp on, that one included, and follows it until the container ends.
   *
   * @param sinceTimestamp Docker's text, empty for the beginning
   */
  Stream open(String containerId, String sinceTimestamp) throws IOException;

  /** Whether more can come; true when that cannot be told now. */
  boolean mayWriteMore(String containerId);

  /** An open log; closing it wakes a reader. */
  interface Stream extends AutoCloseable {
    InputStream in();

    @Override
    void close();
  }
}
