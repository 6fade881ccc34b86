package dev.wherry.bench;

import dev.wherry.bench.workloads.HollowCluster;
import dev.wherry.bench.workloads.Pauses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Everything is listed anew while somebody measures pauses: an informer over HTTPS, and the server
 * with all its controllers, stopped and started in one process.
 *
 * <p>Arguments: a folder on the disk to use (default: the current one), objects (default 100,000).
 */
public final class Resync {
  private static final int ROUNDS = 5;

  private Resync() {}

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : ".").toAbsolutePath();
    int objects = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
    Path folder = Files.createTempDirectory(parent, "resync-bench");
    try (HollowCluster cluster = HollowCluster.start(folder, 0)) {
      cluster.configMaps(objects);
      for (int round = 0; round < ROUNDS; round++) {
        try (Pauses pauses = Pauses.start(cluster::probe)) {
          cluster.listConfigMaps(objects);
          say("listed", pauses);
        }
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      try (Pauses pauses = Pauses.start(() -> {});
          HollowCluster cluster = HollowCluster.start(folder, 0)) {
        cluster.deployment("web-" + round, 10);
        say("started, its controllers at work", pauses);
      }
    }
    System.exit(0);
  }

  private static void say(String what, Pauses pauses) {
    System.out.printf(Locale.ROOT, "%s: %s%n", what, pauses.text());
  }
}
