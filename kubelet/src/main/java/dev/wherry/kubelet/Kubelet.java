package dev.wherry.kubelet;

import dev.wherry.kubelet.config.ShutdownStep;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.csi.CsiDrivers;
import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.dynamic.DraDrivers;
import dev.wherry.kubelet.dynamic.DynamicResources;
import dev.wherry.kubelet.eviction.Evictions;
import dev.wherry.kubelet.follow.SharedWatches;
import dev.wherry.kubelet.housekeeping.Housekeeping;
import dev.wherry.kubelet.node.NodeAgent;
import dev.wherry.kubelet.plugin.PluginRoot;
import dev.wherry.kubelet.pod.NodeShutdown;
import dev.wherry.kubelet.pod.OrderedShutdown;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodRelist;
import dev.wherry.kubelet.pod.PodShares;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.server.KubeletServer;
import dev.wherry.kubelet.staticpod.Mirrors;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.figures.MetricsText;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The node agent: one screen that shows its parts, starts them in order and stops them in reverse.
 * Stopping leaves every container running; the next start finds them.
 */
public final class Kubelet implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Kubelet.class.getName());

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CriRuntime runtime;
  private final PodWorkers workers;
  private final NodeAgent node;
  private final KubeletServer server;
  private final List<ShutdownStep> shutdown;

  /**
   * Starts everything. Returns when the server listens; the node registers and gets ready after.
   *
   * @param api the API as {@code system:node:NAME}
   * @param serving the present serving certificate, asked for at every handshake
   * @param clientAuthorities who signs the certificates of the server's clients
   * @param ownFigures adds to the page of metrics what the owner of identity and client has counted
   */
  public static Kubelet start(
      KubeletConfig config,
      ApiClient api,
      Supplier<TlsIdentity> serving,
      Collection<X509Certificate> clientAuthorities,
      Consumer<MetricsText> ownFigures,
      Timer timer,
      RandomGenerator random)
      throws IOException, InterruptedException {
    Files.createDirectories(config.dataDir());
    Files.createDirectories(config.podLogsDir());
    Kubelet kubelet =
        new Kubelet(config, api, serving, clientAuthorities, ownFigures, timer, random);
    LOG.log(
        System.Logger.Level.INFO,
        "kubelet started node={0} port={1}",
        config.nodeName(),
        String.valueOf(kubelet.serverPort()));
    return kubelet;
  }

  private Kubelet(
      KubeletConfig config,
      ApiClient api,
      Supplier<TlsIdentity> serving,
      Collection<X509Certificate> authorities,
      Consumer<MetricsText> figures,
      Timer timer,
      RandomGenerator random)
      throws IOException, InterruptedException {
    shutdown = config.settings().shutdown();
    runtime = new CriRuntime(config.criEndpoint(), config.imageEndpoint());
    EventRecorder recorder = opened(EventRecorder.start(api, "kubelet", config.nodeName(), timer));
    Informer<Service> services = opened(Informer.start(api, Service.KIND, Scope.ALL, timer));
    Mirrors mirrors = new Mirrors();
    NodeSlot slot = new NodeSlot(config.nodeName());
    PluginRoot plugins = opened(OwnResources.root(config));
    CsiDrivers drivers = opened(new CsiDrivers(api, config.nodeName(), timer));
    DraDrivers dra = opened(new DraDrivers());
    PodApi podApi = new ApiPodApi(api, services, slot, mirrors);
    PodParts shared =
        PodPartsFactory.create(
            config,
            runtime,
            podApi,
            CsiVolumes.of(config, plugins.path(), drivers, api, podApi, timer),
            new DynamicResources(api, dra, config.dataDir()),
            NodeEvents.ofPods(recorder),
            opened(new SharedWatches(api, timer)),
            timer,
            random);
    OwnResources own = opened(OwnResources.start(plugins, shared.shares(), drivers, dra, timer));
    workers = opened(new PodWorkers(shared));
    own.tell(workers);
    server =
        opened(
            KubeletServer.start(
                config, shared, workers, api, serving, authorities, figures, timer));
    node =
        opened(
            new NodeAgent(
                config,
                runtime,
                api,
                shared.gate(),
                shared.shares().devices().book(),
                timer,
                server.port()));
    hear(shared.shares());
    slot.fill(node);
    node.start();
    opened(node.heartbeat());
    opened(new PodRelist(runtime, workers, timer)).start();
    Arrivals arrivals = opened(Arrivals.start(config, workers, mirrors, api, node::owners, timer));
    Informer<Pod> pods =
        opened(
            new Informer<>(
                    api, Pod.KIND, Scope.ofFields("spec.nodeName=" + config.nodeName()), timer)
                .onChange(arrivals::changed)
                .start());
    opened(
            new Doorkeeper(
                pods::awaitSynced, () -> own.forgetOthers(workers, runtime), shared.room()))
        .start();
    opened(
            Evictions.of(
                shared, workers, NodeEvents.shortOf(recorder, config.nodeName()), node::wake))
        .start();
    opened(new Housekeeping(shared, workers, pods::hasSynced)).start();
  }

  /** What is held of the node is told on. */
  private void hear(PodShares shares) {
    shares.devices().book().onChange(node::wake);
    shares.cpus().onChange(() -> workers.wake(workers.uids()));
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  /** The port of the HTTPS server. */
  public int serverPort() {
    return server.port();
  }

  /** Waits until the node object exists. */
  public boolean awaitRegistered(Duration atMost) throws InterruptedException {
    return node.awaitRegistered(atMost);
  }

  /** The pods this kubelet drives, for diagnosis. */
  public List<String> podUids() {
    return workers.uids().stream().sorted().toList();
  }

  @Override
  public void close() throws Exception {
    try {
      stopParts();
    } finally {
      runtime.close();
    }
  }

  /**
   * Ends the pods in order, as a shutdown of the machine does, then stops, and ends what the
   * runtime still has: of pods that did not end in time, and of those that nobody knows.
   *
   * @param graceMax for each container, whatever the settings give it
   */
  public void closeWithPods(Duration graceMax) throws Exception {
    try {
      new OrderedShutdown(workers, ShutdownStep.within(shutdown, graceMax)).run();
      stopParts();
      new NodeShutdown(runtime).stop(runtime.lists().states().names().keySet());
    } finally {
      runtime.close();
    }
  }

  private void stopParts() throws Exception {
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
  }
}
