package dev.wherry.cli.cluster;

import dev.wherry.cli.ServerSettings;
import dev.wherry.cli.kubeconfig.Caller;
import dev.wherry.cli.kubeconfig.KubeconfigMerge;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code wherry delete} that names no object: ends the cluster of this host and removes all of it,
 * after asking.
 */
@Command(
    name = "delete",
    description = "Stop the cluster of this host and remove its data, after asking.",
    mixinStandardHelpOptions = true)
public final class DeleteClusterCommand implements Callable<Integer> {
  @Option(
      names = "--data-dir",
      description = "The server's data directory (default: ${DEFAULT-VALUE}).",
      defaultValue = ServerSettings.DATA_DIRECTORY)
  private Path dataDirectory = Path.of(ServerSettings.DATA_DIRECTORY);

  @Option(names = "--yes", description = "Do not ask.")
  private boolean agreed;

  /** Whether the words of a command line mean the cluster and not objects in it. */
  public static boolean isMeant(String[] words) {
    boolean value = false;
    for (String word : List.of(words).subList(1, words.length)) {
      boolean own = word.equals("--yes") || word.startsWith("--data-dir");
      if (!own && !value) {
        return false;
      }
      value = word.equals("--data-dir");
    }
    return words[0].equals("delete");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path data = dataDirectory.toAbsolutePath().normalize();
    if (!Files.exists(data)) {
      System.out.println(data + " is not there: nothing to remove");
      return 0;
    }
    if (!agreed && !agrees(data)) {
      System.out.println("nothing was changed");
      return 1;
    }
    Teardown teardown = new Teardown(data);
    teardown.stop(false).forEach(System.out::println);
    List<String> lines = KubeconfigMerge.remove(Caller.current(), data);
    teardown.removeData();
    Teardown.removeNetwork();
    lines.forEach(System.out::println);
    System.out.println("removed " + data);
    return 0;
  }

  private static boolean agrees(Path data) throws IOException {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new IOException("removing %s needs a yes: give --yes".formatted(data));
    }
    return "yes".equals(console.readLine("Remove %s and every object in it? (yes/no) ", data));
  }
}
