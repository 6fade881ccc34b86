package dev.wherry.runtime.builtin.spec;

import dev.wherry.proto.cri.v1.Signal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Signals by their numbers (signal(7), x86 and arm), and between CRI's and images' names. */
public final class Signals {
  public static final int KILL = 9;
  public static final int TERM = 15;
  private static final int REAL_TIME_MIN = 34;
  private static final int REAL_TIME_MAX = 64;
  private static final Map<String, Integer> NUMBERS =
      Map.ofEntries(
          Map.entry("HUP", 1),
          Map.entry("INT", 2),
          Map.entry("QUIT", 3),
          Map.entry("ILL", 4),
          Map.entry("TRAP", 5),
          Map.entry("ABRT", 6),
          Map.entry("IOT", 6),
          Map.entry("BUS", 7),
          Map.entry("FPE", 8),
          Map.entry("KILL", KILL),
          Map.entry("USR1", 10),
          Map.entry("SEGV", 11),
          Map.entry("USR2", 12),
          Map.entry("PIPE", 13),
          Map.entry("ALRM", 14),
          Map.entry("TERM", TERM),
          Map.entry("STKFLT", 16),
          Map.entry("CHLD", 17),
          Map.entry("CLD", 17),
          Map.entry("CONT", 18),
          Map.entry("STOP", 19),
          Map.entry("TSTP", 20),
          Map.entry("TTIN", 21),
          Map.entry("TTOU", 22),
          Map.entry("URG", 23),
          Map.entry("XCPU", 24),
          Map.entry("XFSZ", 25),
          Map.entry("VTALRM", 26),
          Map.entry("PROF", 27),
          Map.entry("WINCH", 28),
          Map.entry("IO", 29),
          Map.entry("POLL", 29),
          Map.entry("PWR", 30),
          Map.entry("SYS", 31));

  private Signals() {}

  /** CRI's name for an image's: {@code SIGQUIT}, {@code QUIT}, {@code SIGRTMIN+3} or a number. */
  public static Signal parse(String text) {
    for (Signal signal : Signal.values()) {
      if (signal != Signal.UNRECOGNIZED
          && signal != Signal.RUNTIME_DEFAULT
          && (signal.name().equals(contractName(text))
              || text.equals(String.valueOf(number(signal))))) {
        return signal;
      }
    }
    return Signal.SIGTERM;
  }

  private static String contractName(String text) {
    String name = text.toUpperCase(Locale.ROOT).replace("+", "PLUS").replace("-", "MINUS");
    return name.startsWith("SIG") ? name : "SIG" + name;
  }

  /** What stops a container: the pod's wish, else the image's, else SIGTERM. */
  public static Signal stop(Signal wanted, Optional<String> image) {
    return wanted != Signal.RUNTIME_DEFAULT && wanted != Signal.UNRECOGNIZED
        ? wanted
        : image.map(Signals::parse).orElse(Signal.SIGTERM);
  }

  /** The kernel's number. */
  public static int number(Signal signal) {
    String name = signal.name().replaceFirst("^SIG", "");
    Integer number = NUMBERS.get(name);
    if (number != null) {
      return number;
    }
    if (name.startsWith("RTMIN")) {
      return REAL_TIME_MIN + offset(name.substring(5), "PLUS");
    }
    return name.startsWith("RTMAX") ? REAL_TIME_MAX - offset(name.substring(5), "MINUS") : TERM;
  }

  private static int offset(String rest, String sign) {
    return rest.isEmpty() ? 0 : Integer.parseInt(rest.substring(sign.length()));
  }
}
