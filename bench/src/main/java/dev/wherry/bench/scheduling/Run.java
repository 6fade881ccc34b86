package dev.wherry.bench.scheduling;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Runs the workloads.
 *
 * <p>Arguments: {@code decisions} (in memory) or a folder on the disk to use (through the API
 * server); nodes (default 5,000); rounds (default 3; the first ones warm up); names of workloads
 * (default: all).
 */
public final class Run {
  private static final int NODES = 5_000;
  private static final int ROUNDS = 3;

  private Run() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    String where = args.length > 0 ? args[0] : "decisions";
    int nodes = args.length > 1 ? Integer.parseInt(args[1]) : NODES;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : ROUNDS;
    List<String> names = List.of(args).subList(Math.min(args.length, 3), args.length);
    for (Workload workload : Workloads.all(nodes)) {
      if (names.isEmpty() || names.contains(workload.name())) {
        for (int round = 0; round < rounds; round++) {
          print(workload, where, round);
        }
      }
    }
  }

  private static void print(Workload workload, String where, int round)
      throws IOException, InterruptedException {
    if (where.equals("decisions")) {
      DecisionRun.Figures figures = DecisionRun.of(workload, round);
      System.out.printf(
          Locale.ROOT,
          "%s round %d: %d of %d placed, %.0f pods/s (floor %d), p50 %d us, p99 %d us%n",
          workload.name(),
          round,
          figures.placed(),
          workload.measuredPods(),
          figures.podsPerSecond(),
          workload.floor(),
          figures.medianMicros(),
          figures.p99Micros());
    } else {
      double rate = ClusterRun.of(workload, Path.of(where).toAbsolutePath(), round);
      System.out.printf(
          Locale.ROOT,
          "%s round %d: %.0f pods/s (floor %d)%n",
          workload.name(),
          round,
          rate,
          workload.floor());
    }
  }
}
