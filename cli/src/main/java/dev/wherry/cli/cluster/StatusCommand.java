package dev.wherry.cli.cluster;

import dev.wherry.cli.AdminAccess;
import dev.wherry.cli.ServerSettings;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry status}: whether the cluster of this host runs; exit code 1 when it does not. */
@Command(
    name = "status",
    description = "Say whether the cluster of this host runs.",
    mixinStandardHelpOptions = true)
public final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--data-dir",
      description = "The server's data directory (default: ${DEFAULT-VALUE}).",
      defaultValue = ServerSettings.DATA_DIRECTORY)
  private Path dataDirectory = Path.of(ServerSettings.DATA_DIRECTORY);

  @Override
  public Integer call() throws IOException {
    Optional<Instance> found = Instance.find(dataDirectory);
    if (found.isEmpty()) {
      System.out.println("no server runs on " + dataDirectory + "; 'wherry up' starts one");
      return 1;
    }
    Instance instance = found.get();
    System.out.printf(
        "server   %s, process %d, data in %s%n",
        instance.url(), instance.process().pid(), dataDirectory);
    try (SystemTimer timer = new SystemTimer();
        AdminAccess access = AdminAccess.open(dataDirectory, timer)) {
      for (Node node : new Nodes(access.api()).all()) {
        System.out.printf(
            "node     %s %s%n", node.metadata().name(), Nodes.isReady(node) ? "Ready" : "NotReady");
      }
      System.out.println(
          "pods     "
              + access.api().list(Pod.KIND, "", ListOptions.ALL).items().stream()
                  .collect(
                      Collectors.groupingBy(pod -> pod.status().phase(), Collectors.counting())));
    }
    return 0;
  }
}
