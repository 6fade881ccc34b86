package dev.wherry.bench;

import dev.wherry.bench.start.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Start, idle CPU and memory of the packaged program: server and worker in one process, a server
 * alone with 1,000 objects, an agent alone and with 30 pods. Needs root and a busybox.
 *
 * <p>Arguments: the launcher (default {@code cli/target/wherry/bin/wherry}, with its recorded
 * start); starts to measure (default 5).
 */
public final class Start {
  private static final int STARTS = 5;

  private Start() {}

  public static void main(String[] args) throws Exception {
    Path launcher = Path.of(args.length > 0 ? args[0] : "cli/target/wherry/bin/wherry");
    int starts = args.length > 1 ? Integer.parseInt(args[1]) : STARTS;
    Path folder = Files.createTempDirectory("start-bench");
    try (Cluster cluster = new Cluster(launcher.toAbsolutePath(), folder)) {
      cluster.starts(starts);
      cluster.serverAlone();
    }
  }
}
