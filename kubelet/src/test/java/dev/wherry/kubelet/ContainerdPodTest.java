package dev.wherry.kubelet;

import static dev.wherry.kubelet.PodNode.LONG;
import static dev.wherry.kubelet.PodNode.deleted;
import static dev.wherry.kubelet.PodNode.pod;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.fixture.Await;
import dev.wherry.kubelet.fixture.FakeApi;
import dev.wherry.kubelet.fixture.PrivateContainerd;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.Secret;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Whole pods on a real containerd, with the API in memory. */
@EnabledIf("dev.wherry.kubelet.fixture.PrivateContainerd#isAvailable")
class ContainerdPodTest {
  private static PrivateContainerd containerd;
  private static CriRuntime runtime;

  @BeforeAll
  static void startRuntime() throws Exception {
    containerd = PrivateContainerd.start(31);
    runtime = new CriRuntime(containerd.endpoint());
  }

  @AfterAll
  static void stopRuntime() throws Exception {
    runtime.close();
    containerd.close();
  }

  @Test
  void pod_counter_runsLogsAndEndsGracefully() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
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
              return node.log("counter", "count").contains("1: ");
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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
      Await.until(
          LONG,
          () -> "the log, not " + logs(node, "job", "main"),
          () -> logs(node, "job", "main").startsWith("from-init\nblue\njob blue\njob\n10.198.31."));
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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
      assertFalse(ended.contains(id), ended.toString());
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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
               "securityContext": {"runAsUser": 0},
               "volumes": [{"name": "s", "secret": {"secretName": "keys", "defaultMode": 256}},
                 {"name": "p", "projected": {"sources": [
                   {"serviceAccountToken": {"path": "token"}},
                   {"downwardAPI": {"items": [{"path": "who", "fieldRef": {"fieldPath": "metadata.name"}}]}}]}}],
               "initContainers": [{"name": "side", "image": "busybox", "imagePullPolicy": "Never",
                 "restartPolicy": "Always", "command": ["sleep", "1000"]}],
               "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                 "volumeMounts": [{"name": "s", "mountPath": "/s"}, {"name": "p", "mountPath": "/p"}],
                 "command": ["sh", "-c",
                   "cat /s/key /p/token /p/who; echo; stat -c '%a %u' -L /s/key /p/token; touch /tmp/ill; sleep 1000"],
                 "livenessProbe": {"exec": {"command": ["sh", "-c", "! [ -e /tmp/ill ]"]},
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
      Await.until(
          LONG,
          () -> "the log, not " + logs(node, "live", "c"),
          () -> logs(node, "live", "c").equals("geheimtoken-of-livelive\n400 0\n600 0\n"));
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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

      Await.until(
          LONG,
          () -> "the log, not " + logs(node, "debugged", "debugger"),
          () -> logs(node, "debugged", "debugger").equals("sleep 4711\n"));
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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
    try (PodNode node = new PodNode(containerd, runtime)) {
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

  @Test
  void configMap_changed_isWrittenIntoTheRunningPodsVolume() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
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
      // What it mounts changes once more while it ends.
      node.api.put(deleted(running, 1));
      node.api.put(blue);
      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-looks").isEmpty());
    }
  }

  @Test
  void configMap_changedWhileThePodEnds_doesNotKeepIt() throws Exception {
    try (PodNode node = new PodNode(containerd, runtime)) {
      ConfigMap one =
          ConfigMap.builder()
              .metadata(ObjectMeta.builder().name("late").namespace("default").build())
              .data(Map.of("number", "1"))
              .build();
      node.api.put(one);
      node.api.put(
          pod(
              "late",
              """
              {"volumes": [{"name": "conf", "configMap": {"name": "late"}}],
               "containers": [{"name": "c", "image": "busybox", "imagePullPolicy": "Never",
                 "command": ["sh", "-c",
                   "trap 'echo ending; sleep 1; exit 0' TERM; echo ready; while true; do sleep 0.1; done"],
                 "volumeMounts": [{"name": "conf", "mountPath": "/conf"}]}]}
              """));
      Pod running = node.await("uid-late", "Running", p -> p.status().phase().equals("Running"));
      Await.until(LONG, () -> "trap", () -> logs(node, "late", "c").equals("ready\n"));
      node.api.put(deleted(running, 10));
      Await.until(LONG, () -> "end", () -> logs(node, "late", "c").endsWith("ending\n"));

      node.api.put(one.toBuilder().data(Map.of("number", "2")).build());

      Await.until(LONG, () -> "removal", () -> node.api.byUid("uid-late").isEmpty());
    }
  }

  private static String logs(PodNode node, String pod, String container) {
    try {
      return node.log(pod, container);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
