package dev.wherry.bench.workloads;

import dev.wherry.bench.Parallel;
import dev.wherry.cli.HollowRole;
import dev.wherry.cli.ServerRole;
import dev.wherry.cli.kubeconfig.Access;
import dev.wherry.cli.kubeconfig.AccessResolver;
import dev.wherry.cli.kubeconfig.Kubeconfig;
import dev.wherry.cli.kubeconfig.KubeconfigPaths;
import dev.wherry.kubelet.hollow.HollowConfig;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.apps.v1.Deployment;
import dev.wherry.model.apps.v1.DeploymentSpec;
import dev.wherry.model.batch.v1.Job;
import dev.wherry.model.batch.v1.JobSpec;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.meta.v1.LabelSelector;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;

/** A whole control plane, hollow nodes and a client of them, all over HTTPS. */
public final class HollowCluster implements AutoCloseable {
  private static final String NAMESPACE = "default";
  private static final int CREATES_IN_FLIGHT_MAX = 64;

  private final ServerRole server;
  private final Optional<HollowRole> nodes;
  private final HttpsApiClient admin;
  private final SystemTimer timer;

  private HollowCluster(
      ServerRole server, Optional<HollowRole> nodes, HttpsApiClient admin, SystemTimer timer) {
    this.server = server;
    this.nodes = nodes;
    this.admin = admin;
    this.timer = timer;
  }

  /**
   * Starts one and says how long its nodes took.
   *
   * @param nodes 0 for none: pods wait then
   */
  public static HollowCluster start(Path folder, int nodes)
      throws IOException, InterruptedException {
    ServerRole server =
        ServerRole.start(
            new ServerRole.Options(
                folder.resolve("data"), "127.0.0.1", 0, List.of(), "n1", "192.0.2.7", 0, false));
    Access access =
        AccessResolver.resolve(
            Kubeconfig.load(KubeconfigPaths.find(server.kubeconfig().toString(), Map.of())),
            AccessResolver.Overrides.NONE);
    SystemTimer timer = new SystemTimer();
    HttpsApiClient admin =
        new HttpsApiClient(
            HttpsConfig.ofCertificate(URI.create(access.server()), () -> tls(access)), timer);
    if (nodes == 0) {
      return new HollowCluster(server, Optional.empty(), admin, timer);
    }
    long start = System.nanoTime();
    HollowRole role = HollowRole.start(access, HollowConfig.of("hollow", nodes, "v1.36.0"));
    role.awaitRegistered();
    say("%d hollow nodes made in %.1f s%n", nodes, seconds(start));
    return new HollowCluster(server, Optional.of(role), admin, timer);
  }

  private static SSLContext tls(Access access) {
    try {
      return access.tls().context();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One Deployment until its last pod is made (bound, running); then it is deleted. */
  public void deployment(String name, int replicas) throws InterruptedException {
    CountDownLatch made = new CountDownLatch(replicas);
    CountDownLatch bound = new CountDownLatch(replicas);
    CountDownLatch running = new CountDownLatch(replicas);
    CountDownLatch gone = new CountDownLatch(replicas);
    try (Informer<Pod> pods =
        new Informer<>(admin, Pod.KIND, new Scope(NAMESPACE, "app=" + name, ""), timer)
            .onChange(change -> {
              switch (change) {
                case Change.Added<Pod> _ -> made.countDown();
                case Change.Updated<Pod>(Pod before, Pod now) -> {
                  if (!before.spec().nodeName().equals(now.spec().nodeName())) {
                    bound.countDown();
                  }
                  if (!before.status().phase().equals(now.status().phase())) {
                    running.countDown();
                  }
                }
                case Change.Removed<Pod> _ -> gone.countDown();
              }
            })
            .start()) {
      while (!pods.hasSynced()) {
        Thread.onSpinWait();
      }
      long start = System.nanoTime();
      admin.create(Deployment.KIND, deploymentOf(name, replicas));
      made.await();
      double allMade = seconds(start);
      say("deployment of %d: made %.2f s%n", replicas, allMade);
      if (nodes.isPresent()) {
        bound.await();
        double allBound = seconds(start);
        running.await();
        say("deployment of %d: bound %.2f s, running %.2f s%n", replicas, allBound, seconds(start));
      }
      long end = System.nanoTime();
      admin.delete(Deployment.KIND, NAMESPACE, name, DeleteOptions.DEFAULT);
      gone.await();
      say("deployment of %d: gone %.2f s%n", replicas, seconds(end));
    }
  }

  /** Jobs of one pod each, until all are complete. */
  public void jobs(int count) throws InterruptedException {
    CountDownLatch complete = new CountDownLatch(count);
    try (Informer<Job> _ =
        new Informer<>(admin, Job.KIND, Scope.ofNamespace(NAMESPACE), timer)
            .onChange(change -> {
              if (change instanceof Change.Updated<Job>(Job before, Job now)
                  && before.status().completionTime() == null
                  && now.status().completionTime() != null) {
                complete.countDown();
              }
            })
            .start()) {
      long start = System.nanoTime();
      Parallel.run(count, CREATES_IN_FLIGHT_MAX, i -> admin.create(Job.KIND, job("job-" + i)));
      double made = seconds(start);
      complete.await();
      say("%d jobs: made %.1f s, complete %.1f s%n", count, made, seconds(start));
    }
  }

  /** ConfigMaps of a few bytes. */
  public void configMaps(int count) throws InterruptedException {
    long start = System.nanoTime();
    Parallel.run(
        count,
        CREATES_IN_FLIGHT_MAX,
        i ->
            admin.create(
                ConfigMap.KIND,
                ConfigMap.builder()
                    .metadata(meta("c-" + i, Map.of("app", "web")))
                    .data(Map.of("key", "value " + i))
                    .build()));
    say("%d ConfigMaps made in %.1f s%n", count, seconds(start));
  }

  /** One small question over HTTPS. */
  public void probe() {
    admin.get(ConfigMap.KIND, NAMESPACE, "c-0");
  }

  /** An informer over HTTPS from its start until it shows so many ConfigMaps. */
  public void listConfigMaps(int count) throws InterruptedException {
    CountDownLatch seen = new CountDownLatch(count);
    long start = System.nanoTime();
    try (Informer<ConfigMap> _ =
        new Informer<>(admin, ConfigMap.KIND, Scope.ofNamespace(NAMESPACE), timer)
            .onChange(change -> seen.countDown())
            .start()) {
      seen.await();
      say("%d ConfigMaps listed in %.2f s%n", count, seconds(start));
    }
  }

  private static Deployment deploymentOf(String name, int replicas) {
    Map<String, String> labels = Map.of("app", name);
    return Deployment.builder()
        .metadata(meta(name, Map.of()))
        .spec(
            DeploymentSpec.builder()
                .replicas(replicas)
                .selector(LabelSelector.builder().matchLabels(labels).build())
                .template(template(labels, "Always"))
                .build())
        .build();
  }

  private static Job job(String name) {
    return Job.builder()
        .metadata(meta(name, Map.of()))
        .spec(JobSpec.builder().template(template(Map.of(), "Never")).build())
        .build();
  }

  private static PodTemplateSpec template(Map<String, String> labels, String restartPolicy) {
    Container container =
        Container.builder().name("c").image("registry.example.com/team/web:1.27.3").build();
    return PodTemplateSpec.builder()
        .metadata(ObjectMeta.builder().labels(labels).build())
        .spec(PodSpec.builder().restartPolicy(restartPolicy).containers(List.of(container)).build())
        .build();
  }

  private static ObjectMeta meta(String name, Map<String, String> labels) {
    return ObjectMeta.builder().namespace(NAMESPACE).name(name).labels(labels).build();
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format, values);
  }

  @Override
  public void close() {
    nodes.ifPresent(HollowRole::close);
    admin.close();
    server.close();
    timer.close();
  }
}
