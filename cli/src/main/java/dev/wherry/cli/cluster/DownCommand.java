package dev.wherry.cli.cluster;

import dev.wherry.cli.ServerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry down}: ends the server and its pods; the data stays for the next {@code up}. */
@Command(
    name = "down",
    description = "Stop the cluster of this host; its data stays.",
    mixinStandardHelpOptions = true)
public final class DownCommand implements Callable<Integer> {
  @Option(
      names = "--data-dir",
      description = "The server's data directory (default: ${DEFAULT-VALUE}).",
      defaultValue = ServerSettings.DATA_DIRECTORY)
  private Path dataDirectory = Path.of(ServerSettings.DATA_DIRECTORY);

  @Option(names = "--keep-pods", description = "End the server only; containers go on running.")
  private boolean keepPods;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Teardown teardown = new Teardown(dataDirectory.toAbsolutePath().normalize());
    teardown.stop(keepPods).forEach(System.out::println);
    return 0;
  }
}
