package dev.wherry.cli;

import dev.wherry.cli.cluster.Instance;
import dev.wherry.cli.service.UnitNotices;
import dev.wherry.kubelet.hollow.HollowConfig;
import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.machinery.time.SystemTimer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry agent}: a worker of a server elsewhere. */
@Command(
    name = "agent",
    description = "Run pods for a server elsewhere.",
    mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
  /** The URL last used, so that a restarted agent needs neither server nor token. */
  private static final String SERVER_FILE = "server-url";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "The server, https://HOST:PORT; an agent that has joined remembers it.")
  private String server = "";

  @Option(
      names = "--token",
      description =
          "A join token (wherry token create); only for the first start. Also WHERRY_TOKEN.",
      defaultValue = "${env:WHERRY_TOKEN:-}")
  private String token = "";

  @Option(
      names = "--data-dir",
      description = "Where everything is kept (default: ${DEFAULT-VALUE}).",
      defaultValue = "/var/lib/wherry")
  private Path dataDirectory = Path.of("/var/lib/wherry");

  @Mixin private WorkerFlags worker = new WorkerFlags();

  @Mixin private HollowFlags hollow = new HollowFlags();

  @Override
  public Integer call() throws IOException, InterruptedException {
    return hollow.wanted() ? runHollow() : runPods();
  }

  private int runHollow() throws IOException, InterruptedException {
    HollowConfig config = hollow.config(worker);
    CountDownLatch stopped = new CountDownLatch(1);
    try (HollowRole role = HollowRole.start(hollow.access(server), config)) {
      role.awaitRegistered();
      System.out.println(
          "wherry agent: " + config.count() + " hollow nodes work for " + role.server());
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stopped::countDown));
      stopped.await();
    }
    return 0;
  }

  private int runPods() throws IOException, InterruptedException {
    URI url = serverUrl();
    Optional<JoinToken> join =
        token.isEmpty() ? Optional.empty() : Optional.of(JoinToken.parse(token));
    WorkerOptions options = worker.agent(url, dataDirectory);
    CountDownLatch stopped = new CountDownLatch(1);
    UnitNotices notices = UnitNotices.ofProcess();
    try (SystemTimer timer = new SystemTimer();
        AgentRole role = AgentRole.start(options, join);
        Instance.Mark mark = Instance.announce(dataDirectory, url.toString(), options.nodeName())) {
      Files.writeString(dataDirectory.resolve(SERVER_FILE), url.toString());
      System.out.println("wherry agent " + options.nodeName() + " works for " + url);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .unstarted(() -> {
                    notices.stopping(timer);
                    mark.close();
                    role.close();
                    stopped.countDown();
                  }));
      notices.ready("works for " + url, timer);
      stopped.await();
    }
    return 0;
  }

  private URI serverUrl() throws IOException {
    Path remembered = dataDirectory.resolve(SERVER_FILE);
    if (server.isEmpty() && !Files.exists(remembered)) {
      throw new IOException("give the server's URL: --server https://HOST:PORT");
    }
    String text = server.isEmpty() ? Files.readString(remembered).strip() : server;
    try {
      URI url = URI.create(text);
      if ("https".equals(url.getScheme()) && url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // The sentence below says what is wanted.
    }
    throw new IOException("'" + text + "' is no server's URL; write https://HOST:PORT");
  }
}
