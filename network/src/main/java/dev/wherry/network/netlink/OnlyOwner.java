package dev.wherry.network.netlink;

import dev.wherry.machinery.time.Timer;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Waits until a netlink thread can have its port: the kernel gives one to a single socket of a
 * network namespace and takes it back when its process dies, so two programs never fight for a
 * table.
 */
public final class OnlyOwner {
  private static final Logger LOG = System.getLogger(OnlyOwner.class.getName());
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private OnlyOwner() {}

  /**
   * The thread, started as soon as the port is free.
   *
   * @param owner for the log
   */
  public static NetlinkThread start(
      NetlinkThread.Setup setup, NetlinkThread.Listener listener, Timer timer, String owner)
      throws InterruptedException {
    String said = "";
    while (true) {
      try {
        return NetlinkThread.start(setup, listener);
      } catch (IOException e) {
        boolean taken = e instanceof NetlinkException n && n.errno() == Errno.EADDRINUSE;
        String why =
            taken ? "another Wherry serves this network namespace" : String.valueOf(e.getMessage());
        if (!said.equals(why)) {
          LOG.log(Level.WARNING, "{0} waits why=\"{1}\"", owner, why);
          said = why;
        }
        timer.pause(PAUSE);
      }
    }
  }
}
