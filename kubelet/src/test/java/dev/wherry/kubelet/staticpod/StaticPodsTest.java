package dev.wherry.kubelet.staticpod;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.wherry.kubelet.fixture.Await;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.client.FakeApiClient;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.OwnerReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real folder, an API in memory, pods that only note what they are told. */
class StaticPodsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String WEB =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: [{name: c, image: busybox}]}
      """;

  @TempDir private Path folder;
  private final SystemTimer timer = new SystemTimer();
  private final FakeApiClient api = new FakeApiClient(timer);
  private final Mirrors mirrors = new Mirrors();
  private final FakeHost host = new FakeHost();
  private StaticPods pods;
  private Informer<Pod> informer;

  /** Runs nothing; a pod that is to end is gone when the test says so. */
  private static final class FakeHost implements StaticPods.Host {
    final Map<String, Pod> running = new ConcurrentHashMap<>();
    final Set<String> ending = ConcurrentHashMap.newKeySet();
    final List<String> told = new CopyOnWriteArrayList<>();

    @Override
    public void run(Pod pod) {
      if (pod.metadata().deletionTimestamp() != null) {
        ending.add(pod.metadata().uid());
      }
      running.put(pod.metadata().uid(), pod);
    }

    @Override
    public boolean has(String uid) {
      return running.containsKey(uid);
    }

    @Override
    public void tellAgain(String uid) {
      told.add(uid);
    }
  }

  @BeforeEach
  void start() throws Exception {
    OwnerReference node =
        OwnerReference.builder().apiVersion("v1").kind("Node").name("node-1").uid("u").build();
    pods = StaticPods.start(folder, "node-1", mirrors, host, api, () -> List.of(node), timer);
    informer = new Informer<>(api, Pod.KIND, Scope.ALL, timer).onChange(this::changed).start();
  }

  private void changed(Change<Pod> change) {
    switch (change) {
      case Change.Added<Pod>(Pod now) -> pods.mirrorSeen(now);
      case Change.Updated<Pod>(Pod _, Pod now) -> pods.mirrorSeen(now);
      case Change.Removed<Pod>(Pod last) -> pods.mirrorGone(last);
    }
  }

  @AfterEach
  void stop() throws Exception {
    informer.close();
    pods.close();
    timer.close();
  }

  private List<Pod> shown() {
    return api.list(Pod.KIND, "default", ListOptions.ALL).items();
  }

  private void await(String what, java.util.function.BooleanSupplier condition) {
    Await.until(LONG, () -> what + " " + host.running.keySet() + " " + shown(), condition);
  }

  @Test
  void file_appearsChangesAndGoes_podAndMirrorFollow() throws Exception {
    Path file = Files.writeString(folder.resolve("web.yaml"), WEB);
    await("pod", () -> host.running.size() == 1);
    String first = host.running.keySet().iterator().next();
    await("mirror", () -> shown().size() == 1);
    Pod mirror = shown().getFirst();
    assertEquals("web-node-1", mirror.metadata().name());
    assertEquals(first, mirror.metadata().annotations().get(Mirrors.MIRROR));
    assertEquals("Node", mirror.metadata().ownerReferences().getFirst().kind());
    await("told", () -> host.told.contains(first));

    Files.writeString(file, WEB.replace("busybox", "nginx"));
    await("the old one ends first", () -> host.ending.contains(first));
    assertEquals(1, host.running.size());
    host.running.remove(first);
    await("new pod", () -> host.running.size() == 1);
    String second = host.running.keySet().iterator().next();
    await(
        "new mirror",
        () ->
            shown().size() == 1
                && second.equals(shown().getFirst().metadata().annotations().get(Mirrors.MIRROR)));

    Files.delete(file);
    await("end", () -> host.ending.contains(second));
    await("no mirror", () -> shown().isEmpty());
    assertFalse(host.running.get(second).metadata().deletionTimestamp() == null);
  }

  @Test
  void mirror_deletedByAPerson_isMadeAnewAndThePodGoesOn() throws Exception {
    Files.writeString(folder.resolve("web.yaml"), WEB);
    await("mirror", () -> shown().size() == 1);
    Pod mirror = shown().getFirst();
    api.delete(Pod.KIND, "default", "web-node-1", DeleteOptions.DEFAULT.withGrace(0));
    await(
        "another mirror",
        () ->
            shown().size() == 1
                && !shown().getFirst().metadata().uid().equals(mirror.metadata().uid()));
    assertEquals(Set.of(), host.ending);
    await("told twice", () -> host.told.size() == 2);
  }
}
