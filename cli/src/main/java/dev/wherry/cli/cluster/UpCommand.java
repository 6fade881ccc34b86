package dev.wherry.cli.cluster;

import dev.wherry.cli.AdminAccess;
import dev.wherry.cli.ServerSettings;
import dev.wherry.cli.check.Finding;
import dev.wherry.cli.kubeconfig.Caller;
import dev.wherry.cli.kubeconfig.KubeconfigMerge;
import dev.wherry.machinery.time.SystemTimer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry up}: a cluster on this host, started if it does not run. */
@Command(
    name = "up",
    description = "Start a cluster on this host, and say how to use it.",
    mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
  private static final Duration NODE_READY_MAX = Duration.ofSeconds(90);

  @Mixin private ServerSettings settings = new ServerSettings();

  @Option(
      names = "--demo",
      paramLabel = "FILE",
      description = "Apply this manifest of a pod afterwards and follow its log for a few lines.")
  private @Nullable Path demo;

  @Override
  public Integer call() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Intentions intentions = Intentions.of(settings);
    Optional<Demo> show =
        demo == null ? Optional.empty() : Optional.of(new Demo(settings.dataDirectory()));
    Instance instance;
    Instant said = Instant.EPOCH;
    if (intentions.running()) {
      instance = Instance.find(settings.dataDirectory()).orElseThrow();
      say("the cluster runs already at " + instance.url());
    } else {
      announce(intentions);
      said = Instant.now();
      instance = new Daemon(settings.dataDirectory()).start(settings.arguments());
      say("the API server serves at %s after %s".formatted(instance.url(), since(begin)));
    }
    if (!instance.node().isEmpty()) {
      awaitNode(instance.node(), said, begin);
    }
    KubeconfigMerge.add(
            Caller.current(),
            AdminAccess.kubeconfig(settings.dataDirectory()),
            settings.dataDirectory())
        .forEach(UpCommand::say);
    if (show.isPresent() && demo != null) {
      show.get().show(demo);
    }
    return 0;
  }

  /**
   * @param said what the node said before does not count
   */
  private void awaitNode(String name, Instant said, long begin)
      throws IOException, InterruptedException {
    try (SystemTimer timer = new SystemTimer();
        AdminAccess access = AdminAccess.open(settings.dataDirectory(), timer)) {
      Nodes nodes = new Nodes(access.api());
      boolean theirs = !settings.network().pods();
      boolean ready =
          theirs
              ? nodes.awaitReadyButForTheNetwork(name, said, NODE_READY_MAX)
              : nodes.awaitReady(name, said, NODE_READY_MAX);
      if (!ready) {
        throw new IOException(
            "node %s is not Ready after %d s; %s"
                .formatted(
                    name,
                    NODE_READY_MAX.toSeconds(),
                    new Daemon(settings.dataDirectory()).logTail()));
      }
      if (theirs && nodes.all().stream().noneMatch(Nodes::isReady)) {
        say("node %s waits for your pod network (docs/network.md)".formatted(name));
      } else {
        say("node %s is Ready after %s".formatted(name, since(begin)));
      }
    }
  }

  private void announce(Intentions intentions) throws IOException {
    say("this will");
    intentions.announcement().forEach(line -> say("  " + line));
    List<Finding> findings = intentions.findings();
    for (Finding finding : findings) {
      if (!(finding instanceof Finding.Fine)) {
        say(CheckCommand.line(finding));
      }
    }
    Optional<Finding.Blocked> blocked =
        findings.stream()
            .filter(Finding.Blocked.class::isInstance)
            .map(Finding.Blocked.class::cast)
            .findFirst();
    if (blocked.isPresent()) {
      throw new IOException(
          "%s: %s. %s"
              .formatted(blocked.get().subject(), blocked.get().text(), blocked.get().mend()));
    }
  }

  private static String since(long begin) {
    return "%.1f s".formatted((System.nanoTime() - begin) / 1e9);
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
