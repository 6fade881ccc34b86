package dev.wherry.bench;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.bench.api.BareServer;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.NodeStatus;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.ResourceRequirements;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.scheduler.api.SchedulerRunner;
import dev.wherry.scheduler.config.SchedulerConfig;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * 10,000 pending pods onto 5,000 nodes, through the real scheduler, API server and durable store in
 * one process: pods bound per second, from the scheduler's start to the last binding seen by a
 * watch.
 *
 * <p>Arguments: a folder on the disk to use (default: the current one), rounds (default 8; the
 * first ones warm up), pods, nodes.
 */
public final class Scheduler {
  private static final int CREATES_IN_FLIGHT_MAX = 256;

  private final ApiServer server;
  private final ApiClient admin;
  private final SystemTimer timer;
  private final int pods;

  private Scheduler(ApiServer server, SystemTimer timer, int pods) {
    this.server = server;
    this.admin = server.clientFor(UserInfo.of("bench", UserInfo.MASTERS));
    this.timer = timer;
    this.pods = pods;
  }

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : ".").toAbsolutePath();
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 8;
    int pods = args.length > 2 ? Integer.parseInt(args[2]) : 10_000;
    int nodes = args.length > 3 ? Integer.parseInt(args[3]) : 5_000;
    Path folder = Files.createTempDirectory(parent, "scheduler-bench");
    try (SystemTimer timer = new SystemTimer();
        Store store = RocksStore.open(folder.resolve("store"), RocksStoreConfig.defaults());
        ApiServer server = BareServer.start(folder, store, 0)) {
      Scheduler bench = new Scheduler(server, timer, pods);
      Parallel.run(nodes, CREATES_IN_FLIGHT_MAX, bench::createNode);
      for (int round = 0; round < rounds; round++) {
        bench.round(round);
      }
    } finally {
      delete(folder);
    }
  }

  private void round(int number) throws InterruptedException {
    long start = System.nanoTime();
    Parallel.run(pods, CREATES_IN_FLIGHT_MAX, i -> createPod(number, i));
    double created = pods * 1e9 / (System.nanoTime() - start);
    CountDownLatch bound = new CountDownLatch(pods);
    try (Informer<Pod> _ =
        new Informer<>(admin, Pod.KIND, Scope.ALL, timer)
            .onChange(change -> count(change, bound))
            .start()) {
      schedule(number, created, bound);
    }
    admin.deleteCollection(
        Pod.KIND, "default", ListOptions.ALL, DeleteOptions.DEFAULT.withGrace(0));
  }

  private void schedule(int round, double created, CountDownLatch bound)
      throws InterruptedException {
    long cpu = cpuNanos();
    long start = System.nanoTime();
    try (SchedulerRunner _ =
        SchedulerRunner.start(
            server.clientFor(UserInfo.of("system:kube-scheduler")),
            SchedulerConfig.defaults(),
            timer,
            round)) {
      bound.await();
      long took = System.nanoTime() - start;
      System.out.printf(
          Locale.ROOT,
          "round %d: created %.0f pods/s; scheduled %.0f pods/s, %.0f us CPU a pod%n",
          round,
          created,
          pods * 1e9 / took,
          (cpuNanos() - cpu) / 1e3 / pods);
    }
  }

  /** Pods come without a node and get one once. */
  private static void count(Change<Pod> change, CountDownLatch bound) {
    if (change instanceof Change.Updated<Pod>(Pod before, Pod now)
        && before.spec().nodeName().isEmpty()
        && !now.spec().nodeName().isEmpty()) {
      bound.countDown();
    }
  }

  private void createNode(int i) {
    Map<String, Quantity> size =
        Map.of(
            "cpu", Quantity.parse("16"),
            "memory", Quantity.parse("64Gi"),
            "pods", Quantity.parse("110"));
    String name = "node-" + i;
    Map<String, String> labels = Map.of("kubernetes.io/hostname", name, "zone", "z" + i % 10);
    Node created =
        admin.create(
            Node.KIND,
            Node.builder()
                .metadata(ObjectMeta.builder().name(name).labels(labels).build())
                .status(NodeStatus.builder().capacity(size).allocatable(size).build())
                .build());
    // New nodes are tainted not-ready by admission; no controller runs here to take it off.
    admin.update(Node.KIND, created.toBuilder().spec(NodeSpec.EMPTY).build());
  }

  private void createPod(int round, int i) {
    Map<String, Quantity> requests =
        Map.of("cpu", Quantity.parse("100m"), "memory", Quantity.parse("128Mi"));
    Container container =
        Container.builder()
            .name("c")
            .image("registry.example.com/team/web:1.27.3")
            .resources(ResourceRequirements.builder().requests(requests).build())
            .build();
    admin.create(
        Pod.KIND,
        Pod.builder()
            .metadata(
                ObjectMeta.builder()
                    .namespace("default")
                    .name("pod-" + round + "-" + i)
                    .labels(Map.of("app", "web"))
                    .build())
            .spec(PodSpec.builder().containers(List.of(container)).build())
            .build());
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
