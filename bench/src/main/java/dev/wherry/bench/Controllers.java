package dev.wherry.bench;

import dev.wherry.bench.workloads.HollowCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * All controllers and the scheduler at work on hollow nodes in one process, the nodes over HTTPS: a
 * Deployment until its pods are made, bound and running, and Jobs until they are complete.
 *
 * <p>Arguments: a folder on the disk to use (default: the current one), nodes (default 1,000; 0 for
 * pods that are only made), replicas (default 5,000), Jobs (default 10,000), rounds of the
 * Deployment (default 3).
 */
public final class Controllers {
  private Controllers() {}

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : ".").toAbsolutePath();
    int nodes = number(args, 1, 1_000);
    int replicas = number(args, 2, 5_000);
    int jobs = number(args, 3, 10_000);
    int rounds = number(args, 4, 3);
    Path folder = Files.createTempDirectory(parent, "controllers-bench");
    try (HollowCluster cluster = HollowCluster.start(folder, nodes)) {
      for (int round = 0; round < rounds; round++) {
        cluster.deployment("web-" + round, replicas);
      }
      if (nodes > 0) {
        cluster.jobs(jobs);
      }
    } finally {
      delete(folder);
    }
    System.exit(0);
  }

  private static int number(String[] args, int place, int absent) {
    return args.length > place ? Integer.parseInt(args[place]) : absent;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
