package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import dev.wherry.runtime.DockerShimConfig;
import dev.wherry.runtime.OomScore;
import dev.wherry.runtime.ShimBinary;
import dev.wherry.runtime.StreamingEndpoint;
import dev.wherry.runtime.cni.CniNetwork;
import dev.wherry.runtime.cri.RuntimeCalls;
import dev.wherry.runtime.cri.Stats;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.logs.LogCopies;
import dev.wherry.runtime.streams.StreamingServer;
import io.grpc.BindableService;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The shim's parts put together; {@link dev.wherry.runtime.DockerShim} serves them. */
public final class DockerCri implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DockerCri.class.getName());

  private final DockerConnection connection;
  private final LogCopies logs;
  private final Containers containers;
  private final StreamingEndpoint streaming;
  private final ScheduledExecutorService timer;
  private final List<BindableService> services;

  private DockerCri(
      DockerConnection connection,
      LogCopies logs,
      Containers containers,
      StreamingEndpoint streaming,
      ScheduledExecutorService timer,
      List<BindableService> services) {
    this.connection = connection;
    this.logs = logs;
    this.containers = containers;
    this.streaming = streaming;
    this.timer = timer;
    this.services = services;
  }

  public static DockerCri open(
      DockerShimConfig config, ImageStore imported, ImageMirror mirror, InstantSource clock)
      throws IOException {
    DockerConnection connection = DockerConnection.of(config.dockerSocket());
    DockerClient docker = connection.client();
    var owned = new Owned(docker, config.instance());
    var network =
        new CniNetwork(
            config.cniConfigurationDirectory(),
            config.cniPluginPath(),
            config.stateDirectory().resolve("cni"));
    OomScore oomScore = OomScore.ofThisHost();
    var images = new Images(docker, imported, mirror);
    var logs =
        new LogCopies(new DockerLogSource(connection), config.stateDirectory().resolve("logs"));
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("docker-shim-timer").factory());
    var sandboxes = new Sandboxes(docker, owned, network, new SandboxCreation(oomScore), clock);
    var containers =
        new Containers(
            docker,
            owned,
            new ContainerCreation(oomScore),
            new ContainerStatuses(owned, images),
            logs,
            new ExecSync(connection, timer),
            clock);
    var streams =
        new DockerStreams(
            connection, ShimBinary.install(config.stateDirectory().resolveSibling("bin")));
    StreamingEndpoint streaming = StreamingServer.start(streams, clock);
    var runtime =
        new RuntimeCalls(
            new RuntimeCalls.Parts(
                new DockerFacts(docker),
                sandboxes,
                containers,
                new Stats(containers, sandboxes, clock),
                new ContainerEvents(owned, sandboxes, containers),
                streaming,
                network,
                CriErrors::status));
    return new DockerCri(
        connection,
        logs,
        containers,
        streaming,
        timer,
        List.of(runtime, new ImageCalls(docker, images, clock)));
  }

  /** RuntimeService and ImageService. */
  public List<BindableService> services() {
    return services;
  }

  /** Takes up the logs of containers a process before this one started. */
  public void resumeLogs() {
    try {
      containers.resumeLogs();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "logs not taken up: {0}", CriErrors.text(e));
    }
  }

  @Override
  public void close() throws IOException {
    streaming.close();
    logs.close();
    timer.shutdown();
    connection.close();
  }
}
