package dev.wherry.runtime.builtin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A user namespace to try things with, held by a process that is ended afterwards. */
final class UserNamespaceTrial {
  /** Outside of what pods get. */
  private static final long FIRST_ID = 65_534L * 65_536;

  private static final long END_SECONDS_MAX = 5;

  /** What is tried. */
  @FunctionalInterface
  interface Trial {
    void with(UserNamespace namespace) throws IOException;
  }

  /**
   * Tries it.
   *
   * @throws IOException when the host makes no namespace or the trial fails
   */
  void run(Trial trial) throws IOException {
    // It has its namespace before it runs cat, so an answer says that it is there.
    Process holder =
        new ProcessBuilder("unshare", "--user", "cat").redirectErrorStream(true).start();
    try {
      holder.getOutputStream().write('x');
      holder.getOutputStream().flush();
      if (holder.getInputStream().read() != 'x') {
        throw new IOException("the host makes no user namespaces (unshare --user)");
      }
      Path process = Path.of("/proc/" + holder.pid());
      String ids = "0 " + FIRST_ID + " 65536";
      Files.writeString(process.resolve("uid_map"), ids);
      Files.writeString(process.resolve("gid_map"), ids);
      trial.with(new UserNamespace(process.resolve("ns/user"), FIRST_ID, FIRST_ID));
    } finally {
      holder.destroyForcibly();
      end(holder);
    }
  }

  private static void end(Process holder) throws IOException {
    try {
      holder.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
