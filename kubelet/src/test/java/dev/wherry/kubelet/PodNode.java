package dev.wherry.kubelet;

import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.csi.CsiDrivers;
import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.device.DeviceBook;
import dev.wherry.kubelet.dynamic.DraDrivers;
import dev.wherry.kubelet.dynamic.DynamicResources;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.FakeApi;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.kubelet.log.LogOptions;
import dev.wherry.kubelet.plugin.PluginRoot;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodRelist;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.function.Predicate;

/** One kubelet's pods over a real containerd, with the API in memory. */
final class PodNode implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(240);
  private static final SystemTimer TIMER = new SystemTimer();

  final FakeApi api = new FakeApi();
  final FakeApiClient cluster = new FakeApiClient(TIMER);
  final PluginRoot plugins;
  final PodParts parts;
  final PodWorkers workers;
  private final PodRelist relist;
  private final CsiDrivers drivers;
  private final DraDrivers dra;
  private final OwnResources own;

  PodNode(PrivateContainerd containerd, CriRuntime runtime) throws IOException {
    this(containerd, runtime, NodeSettings.plain());
  }

  PodNode(PrivateContainerd containerd, CriRuntime runtime, NodeSettings settings)
      throws IOException {
    KubeletConfig config =
        KubeletConfig.of(
                "node-1",
                "10.0.0.1",
                containerd.directory("kubelet"),
                containerd.endpoint(),
                "v1.36.0")
            .withPodLogsDir(containerd.directory("logs"))
            .withSettings(settings);
    plugins = OwnResources.root(config);
    drivers = new CsiDrivers(cluster, config.nodeName(), TIMER);
    CsiVolumes csi = CsiVolumes.of(config, plugins.path(), drivers, cluster, api, TIMER);
    dra = new DraDrivers();
    DynamicResources claims = new DynamicResources(cluster, dra, config.dataDir());
    parts =
        PodPartsFactory.create(config, runtime, api, csi, claims, api, api, TIMER, new Random(1));
    own = OwnResources.start(plugins, parts.shares(), drivers, dra, TIMER);
    workers = new PodWorkers(parts);
    own.tell(workers);
    relist = new PodRelist(runtime, workers, TIMER);
    parts.shares().cpus().onChange(() -> workers.wake(workers.uids()));
    api.listen(workers::update, workers::gone);
    parts.room().open();
    relist.start();
  }

  /** A pod of namespace default whose uid is {@code uid-NAME}. */
  static Pod pod(String name, String spec) {
    return Pod.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "%1$s", "namespace": "default", "uid": "uid-%1$s", "generation": 1},
             "spec": %2$s}
            """
                .formatted(name, spec)));
  }

  static Pod deleted(Pod pod, long graceSeconds) {
    ObjectMeta meta =
        pod.metadata().toBuilder()
            .deletionTimestamp(Instant.now().plusSeconds(graceSeconds))
            .deletionGracePeriodSeconds(graceSeconds)
            .build();
    return pod.toBuilder().metadata(meta).build();
  }

  Pod await(String uid, String what, Predicate<Pod> condition) {
    Await.until(
        LONG,
        () -> what + " of " + api.byUid(uid) + "\nevents " + api.events(),
        () -> api.byUid(uid).filter(condition).isPresent());
    return api.byUid(uid).orElseThrow();
  }

  /** Deletes the pod and waits until it is gone. */
  void remove(Pod pod, long graceSeconds) {
    String uid = pod.metadata().uid();
    api.put(deleted(pod, graceSeconds));
    Await.until(LONG, () -> "removal " + api.events(), () -> api.byUid(uid).isEmpty());
  }

  /** The first run's log; empty before there is one. */
  String log(String pod, String container) throws Exception {
    Path file = parts.dirs().logs("default", pod, "uid-" + pod).resolve(container).resolve("0.log");
    return Files.exists(file) ? parts.logs().text(file, LogOptions.ALL) : "";
  }

  DeviceBook devices() {
    return parts.shares().devices().book();
  }

  @Override
  public void close() throws IOException {
    relist.close();
    workers.close();
    own.close();
    drivers.close();
    dra.close();
    plugins.close();
  }
}
