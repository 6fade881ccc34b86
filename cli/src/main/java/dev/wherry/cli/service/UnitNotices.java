package dev.wherry.cli.service;

import dev.wherry.machinery.time.Timer;
import dev.wherry.network.system.SystemCalls;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The service manager that started this process, told by datagrams (rule: sd_notify(3)): ready,
 * still alive, stopping. Where none started it nothing is said.
 *
 * @param socket {@code NOTIFY_SOCKET}; empty for none
 * @param watchdog how long a silence may be; zero for as long as it likes
 */
public record UnitNotices(String socket, Duration watchdog) {
  private static final System.Logger LOG = System.getLogger(UnitNotices.class.getName());
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int PATH_BYTES_MAX = 107;

  private static final Duration EXTENSION = Duration.ofSeconds(60);

  /** With half an extension between two of them, a quarter of an hour. */
  private static final int EXTENSIONS_MAX = 30;

  /** Half the watchdog's time, as systemd advises. */
  private static final int SIGNS_IN_WATCHDOG = 2;

  /**
   * What systemd said, if it watches the process with this id.
   *
   * @param socket {@code NOTIFY_SOCKET}
   * @param micros {@code WATCHDOG_USEC}, "" for none
   * @param watched {@code WATCHDOG_PID}, "" for any
   */
  static UnitNotices of(String socket, String micros, String watched, long pid) {
    boolean ours = watched.isEmpty() || watched.equals(Long.toString(pid));
    boolean given = ours && micros.matches("[0-9]{1,15}");
    return new UnitNotices(
        socket, given ? Duration.ofNanos(Long.parseLong(micros) * 1_000) : Duration.ZERO);
  }

  /**
   * This process's. The launcher hands the variables on as properties and keeps them from the
   * environment: runc would take them for the container's.
   */
  public static UnitNotices ofProcess() {
    return of(
        System.getProperty("wherry.notify.socket", ""),
        System.getProperty("wherry.watchdog.usec", ""),
        System.getProperty("wherry.watchdog.pid", ""),
        ProcessHandle.current().pid());
  }

  /** Says that the work has begun, and from now on that it goes on. */
  public void ready(String status, Timer timer) {
    if (socket.isEmpty()) {
      return;
    }
    tell("READY=1\nSTATUS=" + status);
    if (watchdog.isPositive()) {
      alive(timer);
    }
  }

  private void alive(Timer timer) {
    tell("WATCHDOG=1");
    var _ = timer.after(watchdog.dividedBy(SIGNS_IN_WATCHDOG), () -> alive(timer));
  }

  /** Says that the process is about to end, and while pods end with it that it needs more time. */
  public void stopping(Timer timer) {
    if (!socket.isEmpty()) {
      tell("STOPPING=1");
      needsTime(timer, EXTENSIONS_MAX);
    }
  }

  private void needsTime(Timer timer, int times) {
    tell("EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(EXTENSION.toNanos()));
    if (times > 0) {
      var _ = timer.after(EXTENSION.dividedBy(2), () -> needsTime(timer, times - 1));
    }
  }

  private void tell(String text) {
    int descriptor = SystemCalls.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (descriptor < 0) {
      LOG.log(Level.WARNING, "service manager not told errno={0}", -descriptor);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      int connected = SystemCalls.connect(descriptor, address(arena));
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      MemorySegment words = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      long sent = connected < 0 ? connected : SystemCalls.send(descriptor, words, MSG_NOSIGNAL);
      if (sent < 0) {
        LOG.log(Level.WARNING, "service manager not told errno={0}", -sent);
      }
    } finally {
      SystemCalls.close(descriptor);
    }
  }

  /** A struct sockaddr_un; a leading at sign stands for the zero of an abstract name. */
  private MemorySegment address(Arena arena) {
    byte[] path = socket.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(path.length, PATH_BYTES_MAX);
    MemorySegment address = arena.allocate(Short.BYTES + length);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, Short.BYTES, length);
    if (length > 0 && path[0] == '@') {
      address.set(ValueLayout.JAVA_BYTE, Short.BYTES, (byte) 0);
    }
    return address;
  }
}
