package dev.wherry.cli;

import dev.wherry.cli.cluster.Instance;
import dev.wherry.cli.service.UnitNotices;
import dev.wherry.machinery.time.SystemTimer;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code wherry server}: the control plane in this process. */
@Command(name = "server", description = "Run the control plane.", mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
  @Mixin private ServerSettings settings = new ServerSettings();

  @Override
  public Integer call() throws IOException, InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    ServerRole.Options options = settings.options();
    String node = options.worker() ? options.nodeName() : "";
    UnitNotices notices = UnitNotices.ofProcess();
    try (SystemTimer timer = new SystemTimer();
        ServerRole role = ServerRole.start(options);
        Instance.Mark mark = Instance.announce(settings.dataDirectory(), role.url(), node)) {
      System.out.println("wherry server is ready at " + role.url());
      System.out.println("export KUBECONFIG=" + role.kubeconfig());
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .unstarted(() -> {
                    notices.stopping(timer);
                    mark.close();
                    role.close();
                    stopped.countDown();
                  }));
      notices.ready("serves at " + role.url(), timer);
      stopped.await();
    }
    return 0;
  }
}
