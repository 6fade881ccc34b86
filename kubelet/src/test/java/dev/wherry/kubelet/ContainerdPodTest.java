package dev.wherry.kubelet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.FakeApi;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.kubelet.log.LogOptions;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodRelist;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.json.Json;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Whole pods on a real containerd, with the API in memory. */
@EnabledIf("dev.wherry.kubelet.fixture.PrivateContainerd#isAvailable")
class ContainerdPodTest {
  private static final SystemTimer TIMER = new SystemTimer();
  private static final Duration LONG = Duration.ofSeconds(90);
  private static PrivateContainerd containerd;
  private static KubeletConfig config;
  private static CriRuntime runtime;

  @BeforeAll
  static void startRuntime() throws Exception {
    containerd = PrivateContainerd.start(31);
    config =
        KubeletConfig.of(
                "node-1",
                "10.0.0.1",
                containerd.directory("kubelet"),
                containerd.endpoint(),
                "v1.36.0")
            .withPodLogsDir(containerd.directory("logs"));
    runtime = new CriRuntime(config.criEndpoint());
  }

  @AfterAll
  static void stopRuntime() throws Exception {
    runtime.close();
    containerd.close();
  }

  /** One kubelet's pods over the shared runtime. */
  private static final class Node implements AutoCloseable {
    final FakeApi api = new FakeApi();
    final PodParts parts =
        PodPartsFactory.create(config, runtime, api, api, api, TIMER, new Random(1));
    final PodWorkers workers = new PodWorkers(parts);
    final PodRelist relist = new PodRelist(runtime, workers, TIMER);

    Node() {
      api.listen(workers::update, workers::gone);
      parts.room().open();
      relist.start();
    }

    Pod await(String uid, String what, java.util.function.Predicate<Pod> condition) {
      Await.until(
          LONG,
          () -> what + " of " + api.byUid(uid) + "\nevents " + api.events(),
          () -> api.byUid(uid).filter(condition).isPresent());
      return api.byUid(uid).orElseThrow();
    }

    @Override
    public void close() {
      relist.close();
      workers.close();
    }
  }

  private static Pod pod(String name, String spec) {
    return Pod.KIND.decode(
        Json.parse(
            """
            {"metadata": {"name": "%1$s", "namespace": "default", "uid": "uid-%1$s", "generation": 1},
             "spec": %2$s}
            """
                .formatted(name, spec)));
  }

  private static Pod deleted(Pod pod, long graceSeconds) {
    ObjectMeta meta =
        pod.metadata().toBuilder()
            .deletionTimestamp(Instant.now().plusSeconds(graceSeconds))
            .deletionGracePeriodSeconds(graceSeconds)
            .build();
    return pod.toBuilder().metadata(meta).build();
  }

  private static String log(Node node, String pod, String container) throws Exception {
    Path file =
        node.parts.dirs().logs("default", pod, "uid-" + pod).resolve(container).resolve("0.log");
    return java.nio.file.Files.exists(file) ? node.parts.logs().text(file, LogOptions.ALL) : "";
  }

  @Test
  void pod_counter_runsLogsAndEndsGracefully() throws Exception {
    try (Node node = new Node()) {
      Pod pod =
          pod(
              "counter",
              """
              {"containers": [{"name": "count", "image": "busybox",
                "imagePullPolicy": "IfNotPresent",
                "args": ["/bin/sh", "-c",
                  "trap 'exit 0' TERM; i=0; while true; do echo \\"$i: $(data)\\"; i=$((i+1)); sleep 0.1; done"]}]}
              """);
      node.api.put(pod);
      Pod running = node.await("uid-counter", "Running", p -> p.status().phase().equals("Running"));
      assertTrue(running.status().podIP().startsWith("10.198.31."));
      assertTrue(
          running.status().conditions().stream()
              .anyMatch(c -> c.type().equals("Ready") && c.status().equals("True")));
      Await.until(
          LONG,
          () -> "a log",
          () -> {
            try {
              return log(node, "counter", "count").contains("1: ");
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      assertTrue(node.api.events().contains("Created: Container created"));
      node.api.put(deleted(running, 10));
      Await.until(
          LONG,
          () -> "removal " + node.api.events(),
          () -> node.api.byUid("uid-counter").isEmpty());
      Await.until(
          LONG,
          () -> "nothing left",
          () -> !runtime.lists().states().pods().containsKey("uid-counter"));
    }
  }

  @Test
  void pod_initAndVolumes_runsInOrderAndSucceeds() throws Exception {
    try (Node node = new Node()) {
      node.api.put(
          ConfigMap.builder()
              .metadata(ObjectMeta.builder().name("settings").namespace("default").build())
              .data(Map.of("colour", "blue"))
              .build());
      Pod pod =
          pod(
              "job",
              """
              {"restartPolicy": "Never",
               "volumes": [{"name": "work", "emptyDir": {}},
                           {"name": "conf", "configMap": {"name": "settings"}}],
               "initContainers": [{"name": "first", "image": "busybox", "imagePullPolicy": "Never",
                 "command": ["sh", "-c", "echo from-init > /work/file"],
                 "volumeMounts": [{"name": "work", "mountPath": "/work"}]}],
               "containers": [{"name": "main", "image": "busybox", "imagePullPolicy": "Never",
                 "env": [{"name": "COLOUR",
                          "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "colour"}}},
                         {"name": "WHO", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                 "command": ["sh", "-c",
                   "cat /work/file /conf/colour; echo; echo $(WHO) $COLOUR; hostname; tail -1 /etc/hosts; printf done > /dev/termination-log"],
                 "terminationMessagePath": "/dev/termination-log",
                 "volumeMounts": [{"name": "work", "mountPath": "/work"},
                                  {"name": "conf", "mountPath": "/conf"}]}]}
              """);
      node.api.put(pod);
      Pod over = node.await("uid-job", "Succeeded", p -> p.status().phase().equals("Succeeded"));
      String log = log(node, "job", "main");
      assertTrue(log.startsWith("from-init\nblue\njob blue\njob\n10.198.31."), log);
      var terminated =
          Optional.ofNullable(over.status().containerStatuses().getFirst().state())
              .map(s -> s.terminated())
              .orElseThrow();
      assertEquals("done", terminated.message());
      assertEquals("Completed", terminated.reason());
      node.api.put(deleted(over, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-job").isEmpty());
    }
  }

  @Test
  void pod_missingImage_namesTheImportCommand() throws Exception {
    try (Node node = new Node()) {
      Pod pod =
          pod(
              "absent",
              """
              {"containers": [{"name": "c", "image": "localhost:1/nothing:1"}]}
              """);
      node.api.put(pod);
      node.await(
          "uid-absent",
          "ImagePullBackOff",
          p ->
              p.status().containerStatuses().stream()
                  .anyMatch(s ->
                      s.state() != null
                          && s.state().waiting() != null
                          && s.state().waiting().reason().equals("ImagePullBackOff")));
      List<String> events = node.api.events();
      assertTrue(
          events.stream().anyMatch(e -> e.contains("wherry image import FILE")), events::toString);
      node.api.put(deleted(pod, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-absent").isEmpty());
    }
  }

  @Test
  void pod_crashing_backsOffAndShowsLastState() throws Exception {
    try (Node node = new Node()) {
      Pod pod =
          pod(
              "crash",
              """
              {"containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                "terminationMessagePolicy": "FallbackToLogsOnError",
                "terminationMessagePath": "/dev/termination-log",
                "command": ["sh", "-c", "echo because; exit 3"]}]}
              """);
      node.api.put(pod);
      Pod crashed =
          node.await(
              "uid-crash",
              "CrashLoopBackOff",
              p ->
                  p.status().containerStatuses().stream()
                      .anyMatch(s ->
                          s.state() != null
                              && s.state().waiting() != null
                              && s.state().waiting().reason().equals("CrashLoopBackOff")));
      var last =
          Optional.ofNullable(crashed.status().containerStatuses().getFirst().lastState())
              .map(s -> s.terminated())
              .orElseThrow();
      assertEquals(3, last.exitCode());
      assertEquals("because\n", last.message());
      assertEquals("Running", crashed.status().phase());
      node.api.put(deleted(crashed, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-crash").isEmpty());
    }
  }

  /** Containerd tells what ends, and the list is asked for then only. */
  @Test
  void exits_ofContainers_areToldWithoutThoseOfCommandsInThem() throws Exception {
    Set<String> ended = ConcurrentHashMap.newKeySet();
    Thread listener = Thread.ofVirtual().start(() -> listen(ended));
    try (Node node = new Node()) {
      node.api.put(
          pod(
              "ends",
              """
              {"restartPolicy": "Never", "terminationGracePeriodSeconds": 0,
               "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                "command": ["sh", "-c", "while [ ! -e /end ]; do sleep 0.1; done"]}]}
              """));
      Pod running = node.await("uid-ends", "Running", p -> p.status().phase().equals("Running"));
      String id =
          running.status().containerStatuses().getFirst().containerID().replaceAll(".*//", "");
      runtime.execSync(id, List.of("true"), LONG);
      assertTrue(ended.isEmpty(), ended.toString());
      runtime.execSync(id, List.of("touch", "/end"), LONG);
      node.await("uid-ends", "Succeeded", p -> p.status().phase().equals("Succeeded"));
      Await.until(LONG, () -> id + " in " + ended, () -> ended.contains(id));
      node.api.put(deleted(running, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-ends").isEmpty());
    } finally {
      listener.interrupt();
    }
  }

  private static void listen(Set<String> ended) {
    try {
      runtime.exits(ended::add);
    } catch (CriException e) {
      // The test is over.
    }
  }

  @Test
  void pod_livenessFails_isRestartedAndSidecarStays() throws Exception {
    try (Node node = new Node()) {
      node.api.put(
          Secret.builder()
              .metadata(ObjectMeta.builder().name("keys").namespace("default").build())
              .data(Map.of("key", Bytes.ofUtf8("geheim")))
              .build());
      Pod pod =
          pod(
              "live",
              """
              {"terminationGracePeriodSeconds": 1, "serviceAccountName": "default",
               "volumes": [{"name": "s", "secret": {"secretName": "keys", "defaultMode": 256}},
                 {"name": "p", "projected": {"sources": [
                   {"serviceAccountToken": {"path": "token"}},
                   {"downwardAPI": {"items": [{"path": "who", "fieldRef": {"fieldPath": "metadata.name"}}]}}]}}],
               "initContainers": [{"name": "side", "image": "busybox", "imagePullPolicy": "Never",
                 "restartPolicy": "Always", "command": ["sleep", "1000"]}],
               "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                 "volumeMounts": [{"name": "s", "mountPath": "/s"}, {"name": "p", "mountPath": "/p"}],
                 "command": ["sh", "-c",
                   "cat /s/key /p/token /p/who; echo; stat -c %a -L /s/key; touch /tmp/ok; sleep 1; rm /tmp/ok; sleep 1000"],
                 "livenessProbe": {"exec": {"command": ["cat", "/tmp/ok"]},
                                   "periodSeconds": 1, "failureThreshold": 1}}]}
              """);
      node.api.put(pod);
      Pod restarted =
          node.await(
              "uid-live",
              "a restart",
              p ->
                  p.status().containerStatuses().stream()
                      .anyMatch(s -> Integer.valueOf(1).equals(s.restartCount())));
      assertEquals(0, restarted.status().initContainerStatuses().getFirst().restartCount());
      assertEquals("geheimtoken-of-livelive\n400\n", log(node, "live", "c"));
      assertTrue(
          node.api
              .events()
              .contains("Killing: Container c failed liveness probe, will be restarted"),
          () -> node.api.events().toString());
      node.api.put(deleted(restarted, 1));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-live").isEmpty());
    }
  }

  @Test
  void pod_ephemeralContainerAdded_runsOnceAndSeesItsTarget() throws Exception {
    try (Node node = new Node()) {
      String mains =
          """
          "terminationGracePeriodSeconds": 1,
          "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                          "command": ["sleep", "4711"]}]
          """;
      node.api.put(pod("debugged", "{" + mains + "}"));
      Pod running =
          node.await("uid-debugged", "Running", p -> p.status().phase().equals("Running"));
      String id = running.status().containerStatuses().getFirst().containerID();
      Pod asked =
          pod(
              "debugged",
              "{"
                  + mains
                  + """
                  , "ephemeralContainers": [{"name": "debugger", "image": "busybox",
                      "imagePullPolicy": "Never", "targetContainerName": "c",
                      "command": ["sh", "-c", "xargs -0 echo < /proc/1/cmdline"]}]}
                  """);
      node.api.put(running.toBuilder().spec(asked.spec()).build());
      Pod looked =
          node.await(
              "uid-debugged",
              "a debugger that ended",
              p ->
                  p.status().ephemeralContainerStatuses().stream()
                      .anyMatch(s -> s.state() != null && s.state().terminated() != null));

      assertEquals("sleep 4711\n", log(node, "debugged", "debugger"));
      assertEquals(id, looked.status().containerStatuses().getFirst().containerID());
      assertEquals("Running", looked.status().phase());
      node.api.put(deleted(looked, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-debugged").isEmpty());
    }
  }

  @Test
  void kubelet_restarted_leavesRunningContainersAlone() throws Exception {
    Pod running;
    String id;
    FakeApi api;
    try (Node node = new Node()) {
      api = node.api;
      node.api.put(
          pod(
              "stays",
              """
              {"terminationGracePeriodSeconds": 1,
               "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                               "command": ["sleep", "1000"]}]}
              """));
      running = node.await("uid-stays", "Running", p -> p.status().phase().equals("Running"));
      id = running.status().containerStatuses().getFirst().containerID();
    }
    api.listen(_ -> {}, _ -> {});
    try (Node node = new Node()) {
      node.api.put(running);
      Await.until(LONG, () -> "worker", () -> !node.workers.idle());
      Await.until(
          LONG,
          () -> "observed",
          () ->
              runtime.lists().states().pods().getOrDefault("uid-stays", Map.of()).values().stream()
                  .anyMatch(s -> s.equals("CONTAINER_RUNNING")));
      assertEquals(
          id,
          node.api
              .byUid("uid-stays")
              .orElseThrow()
              .status()
              .containerStatuses()
              .getFirst()
              .containerID());
      assertTrue(node.api.events().isEmpty(), () -> node.api.events().toString());
      node.api.put(deleted(running, 1));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-stays").isEmpty());
    }
  }

  private static Pod resized(Pod pod, String cpu, String memory) {
    var tree = Pod.KIND.toJson(pod);
    tree.withObject("/metadata").put("generation", 2);
    var resources =
        (com.fasterxml.jackson.databind.node.ObjectNode) tree.at("/spec/containers/0/resources");
    resources.withObject("/requests").put("cpu", cpu).put("memory", memory);
    resources.withObject("/limits").put("cpu", cpu).put("memory", memory);
    return Pod.KIND.decode(tree);
  }

  private static final String SIZED =
      """
      {"terminationGracePeriodSeconds": 0, "restartPolicy": "OnFailure",
       "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
         "command": ["sh", "-c",
            "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null; sleep 1000"],
         "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "NotRequired"},
                          {"resourceName": "memory", "restartPolicy": "RestartContainer"}],
         "resources": {"requests": {"cpu": "100m", "memory": "32Mi"},
                       "limits": {"cpu": "100m", "memory": "32Mi"}}}]}
      """;

  private static boolean hasSize(Pod pod, String cpu, String memory) {
    var status = pod.status().containerStatuses();
    return !status.isEmpty()
        && status.getFirst().state() != null
        && status.getFirst().state().running() != null
        && status.getFirst().resources() != null
        && status.getFirst().resources().limits().get("cpu").toString().equals(cpu)
        && status.getFirst().resources().limits().get("memory").toString().equals(memory)
        && pod.status().conditions().stream().noneMatch(c -> c.type().startsWith("PodResize"));
  }

  @Test
  void resize_ofCpu_changesTheRunningContainer_ofMemory_restartsItByItsPolicy() throws Exception {
    try (Node node = new Node()) {
      node.api.put(pod("grows", SIZED));
      Pod small = node.await("uid-grows", "small", p -> hasSize(p, "100m", "32Mi"));
      String id = small.status().containerStatuses().getFirst().containerID();

      node.api.put(resized(small, "200m", "32Mi"));
      Pod faster = node.await("uid-grows", "more CPU", p -> hasSize(p, "200m", "32Mi"));
      assertEquals(id, faster.status().containerStatuses().getFirst().containerID());
      assertEquals(0, faster.status().containerStatuses().getFirst().restartCount());
      String quota =
          node.parts
              .runtime()
              .execSync(
                  id.substring(id.indexOf("://") + 3),
                  List.of(
                      "sh",
                      "-c",
                      "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us || cat /sys/fs/cgroup/cpu.max"),
                  Duration.ofSeconds(10))
              .getStdout()
              .toStringUtf8();
      assertTrue(quota.startsWith("20000"), quota);

      node.api.put(resized(faster, "200m", "64Mi"));
      Pod bigger = node.await("uid-grows", "more memory", p -> hasSize(p, "200m", "64Mi"));
      assertEquals(1, bigger.status().containerStatuses().getFirst().restartCount());
      assertTrue(
          node.api.events().stream().anyMatch(e -> e.startsWith("ResizeCompleted")),
          () -> node.api.events().toString());
      node.api.put(deleted(bigger, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-grows").isEmpty());
    }
  }

  @Test
  void resize_beyondTheNode_isInfeasibleAndLeavesThePodAlone() throws Exception {
    try (Node node = new Node()) {
      node.api.put(pod("wants", SIZED));
      Pod small = node.await("uid-wants", "small", p -> hasSize(p, "100m", "32Mi"));
      node.api.put(resized(small, "64", "32Mi"));
      Pod refused =
          node.await(
              "uid-wants",
              "a refusal",
              p ->
                  p.status().conditions().stream()
                      .anyMatch(c ->
                          c.type().equals("PodResizePending") && c.reason().equals("Infeasible")));
      assertEquals(
          "100m",
          refused
              .status()
              .containerStatuses()
              .getFirst()
              .resources()
              .limits()
              .get("cpu")
              .toString());
      node.api.put(resized(refused, "100m", "32Mi"));
      Pod content = node.await("uid-wants", "no wish", p -> hasSize(p, "100m", "32Mi"));
      node.api.put(deleted(content, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-wants").isEmpty());
    }
  }

  @Test
  void pod_withForbiddenSysctl_orMoreThanTheNodeHas_isRejectedWithTheReason() throws Exception {
    try (Node node = new Node()) {
      String container =
          "\"containers\": [{\"name\": \"c\", \"image\": \"busybox\", \"imagePullPolicy\": \"Never\"%s}]";
      node.api.put(
          pod(
              "sysctl",
              "{\"securityContext\": {\"sysctls\": [{\"name\": \"kernel.msgmax\", \"value\": \"1\"}]}, "
                  + container.formatted("")
                  + "}"));
      Pod sysctl = node.await("uid-sysctl", "Failed", p -> p.status().phase().equals("Failed"));
      assertEquals("SysctlForbidden", sysctl.status().reason());
      assertEquals(
          "Pod was rejected: forbidden sysctl: \"kernel.msgmax\" not allowlisted",
          sysctl.status().message());

      node.api.put(
          pod(
              "huge",
              "{"
                  + container.formatted(", \"resources\": {\"requests\": {\"cpu\": \"5\"}}")
                  + "}"));
      Pod huge = node.await("uid-huge", "Failed", p -> p.status().phase().equals("Failed"));
      assertEquals("OutOfcpu", huge.status().reason());
      assertEquals(
          "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0,"
              + " capacity: 4000",
          huge.status().message());
      assertTrue(
          runtime.lists().states().pods().keySet().stream()
              .noneMatch(uid -> uid.equals("uid-huge") || uid.equals("uid-sysctl")));
    }
  }

  @Test
  void configMap_changed_isWrittenIntoTheRunningPodsVolume() throws Exception {
    try (Node node = new Node()) {
      ConfigMap blue =
          ConfigMap.builder()
              .metadata(ObjectMeta.builder().name("sky").namespace("default").build())
              .data(Map.of("colour", "blue"))
              .build();
      node.api.put(blue);
      node.api.put(
          pod(
              "looks",
              """
              {"terminationGracePeriodSeconds": 0,
               "volumes": [{"name": "conf", "configMap": {"name": "sky"}}],
               "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                 "command": ["sh", "-c",
                   "cat /conf/colour; echo; until [ $(cat /conf/colour) = red ]; do sleep 0.1; done; echo changed; sleep 1000"],
                 "volumeMounts": [{"name": "conf", "mountPath": "/conf"}]}]}
              """));
      Pod running = node.await("uid-looks", "Running", p -> p.status().phase().equals("Running"));
      Await.until(LONG, () -> "blue", () -> logs(node, "looks", "c").equals("blue\n"));

      node.api.put(blue.toBuilder().data(Map.of("colour", "red")).build());

      Await.until(LONG, () -> "red", () -> logs(node, "looks", "c").equals("blue\nchanged\n"));
      node.api.put(deleted(running, 0));
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-looks").isEmpty());
    }
  }

  private static String logs(Node node, String pod, String container) {
    try {
      return log(node, pod, container);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
