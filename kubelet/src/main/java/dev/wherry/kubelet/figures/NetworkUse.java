package dev.wherry.kubelet.figures;

import java.util.ArrayList;
import java.util.List;

/** Counters of one network interface. */
record NetworkUse(
    String name,
    long rxBytes,
    long rxPackets,
    long rxErrors,
    long rxDropped,
    long txBytes,
    long txPackets,
    long txErrors,
    long txDropped) {
  private static final int COLUMNS = 16;

  /** Reads the lines of a {@code /proc/PID/net/dev}; loopback is left out. */
  static List<NetworkUse> parse(List<String> lines) {
    List<NetworkUse> all = new ArrayList<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).strip();
      String[] n = colon < 0 ? new String[0] : line.substring(colon + 1).strip().split("\\s+", -1);
      if (n.length >= COLUMNS && !name.equals("lo")) {
        all.add(
            new NetworkUse(
                name,
                Long.parseLong(n[0]),
                Long.parseLong(n[1]),
                Long.parseLong(n[2]),
                Long.parseLong(n[3]),
                Long.parseLong(n[8]),
                Long.parseLong(n[9]),
                Long.parseLong(n[10]),
                Long.parseLong(n[11])));
      }
    }
    return all;
  }
}
