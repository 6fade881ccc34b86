package dev.wherry.testkit.machine;

import dev.wherry.testkit.Output;
import java.io.IOException;
import java.time.Duration;

/** A machine with systemd that runs commands as root, one at a time. */
interface Guest extends AutoCloseable {
  /** Runs a shell script to its end. */
  Output run(String script, Duration max) throws IOException, InterruptedException;

  /** Asks systemd for a reboot and returns when the machine takes commands again. */
  void reboot() throws IOException, InterruptedException;

  /** Runs a shell script and gives what it printed; it must end well. */
  default String text(String script, Duration max) throws IOException, InterruptedException {
    Output output = run(script, max);
    if (output.exit() != 0) {
      throw new IOException("'" + script + "' ended with " + output.exit() + ": " + output.text());
    }
    return output.text().strip();
  }

  @Override
  void close() throws IOException, InterruptedException;
}
