package dev.wherry.cli;

import dev.wherry.machinery.time.Timer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;

/**
 * Notices that this host reaches the server from another address than before: connections of the
 * old one are dead, and without this TCP would find out minutes later. It asks the kernel's routes
 * and sends nothing. One virtual thread.
 */
record AddressWatch(Thread thread) implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AddressWatch.class.getName());
  private static final Duration LOOK = Duration.ofSeconds(3);

  /**
   * @param changed run after every change
   */
  static AddressWatch start(URI server, Runnable changed, Timer timer) {
    return new AddressWatch(
        Thread.ofVirtual().name("address-watch").start(() -> run(server, changed, timer)));
  }

  private static void run(URI server, Runnable changed, Timer timer) {
    String known = "";
    try {
      while (true) {
        String now = address(server);
        if (!now.isEmpty() && !known.isEmpty() && !now.equals(known)) {
          LOG.log(Level.INFO, "address changed from={0} to={1}", known, now);
          changed.run();
        }
        known = now.isEmpty() ? known : now;
        timer.pause(LOOK);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "the address is watched no longer");
    }
  }

  /** Empty while there is no way to the server. */
  private static String address(URI server) {
    try {
      return HostAddress.source(server).getHostAddress();
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
