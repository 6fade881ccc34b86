package dev.wherry.bench.scheduling;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.bench.Parallel;
import dev.wherry.bench.api.BareServer;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.ServiceAccount;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.scheduling.v1.PriorityClass;
import dev.wherry.scheduler.api.SchedulerRunner;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A workload through the real scheduler, API server and durable store in one process. The first
 * pods are bound, then the measured ones are made while no scheduler runs; a fresh one binds them.
 * The rate is that between the first and the last of their bindings, as a watch sees them.
 */
final class ClusterRun implements AutoCloseable {
  private static final int CREATES_IN_FLIGHT_MAX = 256;

  private final Workload workload;
  private final Store store;
  private final ApiServer server;
  private final ApiClient admin;
  private final SystemTimer timer = new SystemTimer();

  private ClusterRun(Workload workload, Path folder) throws InterruptedException {
    this.workload = workload;
    this.store = RocksStore.open(folder.resolve("store"), RocksStoreConfig.defaults());
    this.server = BareServer.start(folder, store, 0);
    this.admin = server.clientFor(UserInfo.of("bench", UserInfo.MASTERS));
  }

  /** Returns pods bound a second. */
  static double of(Workload workload, Path parent, long seed)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(parent, "scheduling-bench");
    try (ClusterRun run = new ClusterRun(workload, folder)) {
      return run.run(seed);
    } finally {
      delete(folder);
    }
  }

  private double run(long seed) throws InterruptedException {
    namespace(Workloads.FIRST_NAMESPACE);
    namespace(Workloads.MEASURED_NAMESPACE);
    admin.create(
        PriorityClass.KIND,
        PriorityClass.builder()
            .metadata(ObjectMeta.builder().name(Workloads.HIGH_CLASS).build())
            .value(Workloads.HIGH_PRIORITY)
            .build());
    Parallel.run(
        workload.nodes(), CREATES_IN_FLIGHT_MAX, i -> createNode(workload.node().apply(i)));
    Parallel.run(
        workload.firstPods(),
        CREATES_IN_FLIGHT_MAX,
        i -> admin.create(Pod.KIND, workload.first().apply(i)));
    if (workload.settles()) {
      bindAll(Workloads.FIRST_NAMESPACE, workload.firstPods(), seed);
    }
    Parallel.run(
        workload.measuredPods(),
        CREATES_IN_FLIGHT_MAX,
        i -> admin.create(Pod.KIND, workload.measured().apply(i)));
    return bindAll(Workloads.MEASURED_NAMESPACE, workload.measuredPods(), seed);
  }

  private void namespace(String name) {
    ObjectMeta meta = ObjectMeta.builder().name(name).build();
    admin.create(Namespace.KIND, Namespace.builder().metadata(meta).build());
    ObjectMeta account = ObjectMeta.builder().namespace(name).name("default").build();
    admin.create(ServiceAccount.KIND, ServiceAccount.builder().metadata(account).build());
  }

  private void createNode(Node node) {
    Node created = admin.create(Node.KIND, node);
    // New nodes are tainted not-ready by admission; no controller runs here to take it off.
    admin.update(Node.KIND, created.toBuilder().spec(NodeSpec.EMPTY).build());
  }

  private double bindAll(String namespace, int pods, long seed) throws InterruptedException {
    CountDownLatch bound = new CountDownLatch(pods);
    AtomicLong first = new AtomicLong();
    try (Informer<Pod> _ =
            new Informer<>(admin, Pod.KIND, Scope.ALL, timer)
                .onChange(change -> {
                  if (isBinding(change, namespace)) {
                    first.compareAndSet(0, System.nanoTime());
                    bound.countDown();
                  }
                })
                .start();
        SchedulerRunner _ =
            SchedulerRunner.start(
                server.clientFor(UserInfo.of("system:kube-scheduler")),
                SchedulerConfig.defaults(),
                timer,
                seed)) {
      bound.await();
      return pods * 1e9 / (System.nanoTime() - first.get());
    }
  }

  /** Pods come without a node and get one once. */
  private static boolean isBinding(Change<Pod> change, String namespace) {
    return change instanceof Change.Updated<Pod>(Pod before, Pod now)
        && before.metadata().namespace().equals(namespace)
        && before.spec().nodeName().isEmpty()
        && !now.spec().nodeName().isEmpty();
  }

  @Override
  public void close() {
    server.close();
    store.close();
    timer.close();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
