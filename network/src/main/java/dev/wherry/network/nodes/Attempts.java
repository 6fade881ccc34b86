package dev.wherry.network.nodes;

import dev.wherry.network.netlink.NetlinkException;
import java.util.ArrayList;
import java.util.List;

/** Changes one after the other: what the kernel refuses is noted and keeps no other from it. */
final class Attempts {
  private final List<String> problems = new ArrayList<>();
  private int changes;

  /** One change. */
  @FunctionalInterface
  interface Step {
    void run() throws NetlinkException;
  }

  /** Whether the kernel took it. */
  boolean make(Step step) {
    try {
      step.run();
      changes++;
      return true;
    } catch (NetlinkException e) {
      problems.add(String.valueOf(e.getMessage()));
      return false;
    }
  }

  void fail(String why) {
    problems.add(why);
  }

  /** How many changes were made. */
  int changes() {
    return changes;
  }

  /** What the kernel refused. */
  List<String> problems() {
    return List.copyOf(problems);
  }
}
