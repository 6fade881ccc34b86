package dev.wherry.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counters of one interface in a process's network namespace, from /proc/PID/net/dev. */
public record NetworkCounters(
    String name, long rxBytes, long rxErrors, long txBytes, long txErrors) {

  /** All interfaces but loopback; none when the process is gone. */
  public static List<NetworkCounters> ofProcess(long pid) {
    var counters = new ArrayList<NetworkCounters>();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/net/dev"))) {
        int colon = line.indexOf(':');
        if (colon > 0 && !line.substring(0, colon).strip().equals("lo")) {
          String[] numbers = line.substring(colon + 1).strip().split("\\s+", -1);
          if (numbers.length >= 11) {
            counters.add(
                new NetworkCounters(
                    line.substring(0, colon).strip(),
                    Long.parseLong(numbers[0]),
                    Long.parseLong(numbers[2]),
                    Long.parseLong(numbers[8]),
                    Long.parseLong(numbers[10])));
          }
        }
      }
    } catch (IOException | NumberFormatException e) {
      return List.of();
    }
    return counters;
  }
}
