package dev.wherry.bench;

import dev.wherry.bench.packing.PackingRun;
import dev.wherry.bench.packing.Strategies;
import dev.wherry.bench.packing.Trace;
import dev.wherry.scheduler.config.SchedulerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * How well machines of different sizes are used, by scoring strategy.
 *
 * <p>Arguments: rounds (seeds, default 3), then none for the typical cluster in small, or two files
 * of Alibaba's cluster-trace-gpu-v2023: of nodes and of pods.
 */
public final class Packing {
  private static final int ROUNDS = 3;

  private Packing() {}

  public static void main(String[] args) throws IOException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : ROUNDS;
    Trace trace =
        args.length > 2 ? Trace.read(Path.of(args[1]), Path.of(args[2])) : Trace.typical();
    for (Map.Entry<String, SchedulerConfig> strategy : Strategies.all().entrySet()) {
      for (int round = 1; round <= rounds; round++) {
        PackingRun.Figures figures = PackingRun.of(trace, strategy.getValue(), round);
        System.out.printf(
            Locale.ROOT,
            "%s, seed %d: %d of %d nodes at half, GPUs %.1f %% at full, %.1f %% at the end, refused"
                + " %.1f %%, %d us a decision%n",
            strategy.getKey(),
            round,
            figures.nodesAtHalf(),
            trace.machines().size(),
            100 * figures.atFull(),
            100 * figures.atEnd(),
            100 * figures.refused(),
            figures.micros());
      }
    }
  }
}
