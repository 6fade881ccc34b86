package dev.wherry.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry server}: the control plane in this process. */
@Command(name = "server", description = "Run the control plane.", mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
  @Option(
      names = "--data-dir",
      description = "Where everything is kept (default: ${DEFAULT-VALUE}).",
      defaultValue = "/var/lib/wherry")
  private Path dataDirectory = Path.of("/var/lib/wherry");

  @Option(
      names = "--bind-address",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).",
      defaultValue = "0.0.0.0")
  private String bindAddress = "0.0.0.0";

  @Option(
      names = "--port",
      description = "Port of the API; 0 for any free one (default: ${DEFAULT-VALUE}).",
      defaultValue = "6443")
  private int port = 6443;

  @Option(
      names = "--tls-san",
      description = "A further name or address for the serving certificate; may be repeated.")
  private List<String> hosts = List.of();

  @Mixin private WorkerFlags worker = new WorkerFlags();

  @Option(names = "--disable-agent", description = "Run no pods on this host.")
  private boolean agentDisabled;

  @Override
  public Integer call() throws IOException, InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (ServerRole role = ServerRole.start(options())) {
      System.out.println("wherry server is ready at " + role.url());
      System.out.println("export KUBECONFIG=" + role.kubeconfig());
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .unstarted(() -> {
                    role.close();
                    stopped.countDown();
                  }));
      stopped.await();
    }
    return 0;
  }

  private ServerRole.Options options() throws IOException {
    return worker.server(dataDirectory, bindAddress, port, hosts, !agentDisabled);
  }
}
