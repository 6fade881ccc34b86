package dev.wherry.testkit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.wherry.cli.AdminAccess;
import dev.wherry.machinery.client.ListOptions;
import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.ConfigMap;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.testkit.Cluster;
import dev.wherry.testkit.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** kill -9: what was acknowledged is there, and no container was restarted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KillTest {
  private static final Path COUNTER = Path.of("../examples/counter.yaml").toAbsolutePath();
  private static final Pattern COUNTED = Pattern.compile("(?m)^\\d+: ");
  private static final int WRITERS = 8;
  private static final int ACKNOWLEDGED_BEFORE_KILL = 200;
  private static final int ROUNDS = 3;

  private Cluster cluster;
  private Program kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeFalse(Kubectls.all().isEmpty(), "no kubectl on this machine");
    cluster = Cluster.start(List.of("--runtime=containerd", "--node-name=kill"), Map.of());
    kubectl = cluster.kubectl(Kubectls.paths().getFirst());
    cluster.wherry().run("image", "import", "--busybox", "--data-dir=" + cluster.dataDirectory());
    kubectl.await("serviceaccount/default", "get", "serviceaccounts", "-o", "name");
    kubectl.run("apply", "-f", COUNTER.toString()).orThrow();
    kubectl.run("wait", "--for=condition=Ready", "--timeout=200s", "pod/counter").orThrow();
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  private String container() throws Exception {
    return kubectl
        .run(
            "get",
            "pod",
            "counter",
            "-o",
            "jsonpath={.status.containerStatuses[0].containerID} "
                + "{.status.containerStatuses[0].restartCount}")
        .orThrow();
  }

  @Test
  void kill_underLoad_losesNothingAndRestartsNothing() throws Exception {
    String before = container();
    for (int round = 0; round < ROUNDS; round++) {
      Queue<String> acknowledged = writeUntilKilled("round-" + round);
      cluster.up();
      Set<String> present = names();

      List<String> lost = acknowledged.stream().filter(name -> !present.contains(name)).toList();
      assertEquals(List.of(), lost);
    }
    assertEquals(before, container());
    assertTrue(before.endsWith(" 0"), before);
    kubectl.await("1/1", "get", "pod", "counter");
    // What is stored says Ready before the agent is back.
    kubectl.await("shows its log", COUNTED.asPredicate(), "logs", "--tail=4", "counter");
  }

  private Queue<String> writeUntilKilled(String prefix) throws Exception {
    Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    CountDownLatch enough = new CountDownLatch(ACKNOWLEDGED_BEFORE_KILL);
    try (SystemTimer timer = new SystemTimer();
        AdminAccess access = AdminAccess.open(cluster.dataDirectory(), timer)) {
      List<Thread> writers =
          java.util.stream.IntStream.range(0, WRITERS)
              .mapToObj(writer ->
                  Thread.startVirtualThread(
                      () -> write(access, prefix + "-" + writer, acknowledged, enough)))
              .toList();
      enough.await();
      cluster.kill();
      for (Thread writer : writers) {
        writer.join();
      }
    }
    assertTrue(acknowledged.size() >= ACKNOWLEDGED_BEFORE_KILL);
    return acknowledged;
  }

  private static void write(
      AdminAccess access, String prefix, Queue<String> acknowledged, CountDownLatch enough) {
    try {
      for (int i = 0; ; i++) {
        String name = prefix + "-" + i;
        access
            .api()
            .create(
                ConfigMap.KIND,
                ConfigMap.builder()
                    .metadata(ObjectMeta.builder().namespace("default").name(name).build())
                    .build());
        acknowledged.add(name);
        enough.countDown();
      }
    } catch (ApiException killed) {
      // The server is gone: what was not acknowledged may be there or not.
    }
  }

  private Set<String> names() throws Exception {
    try (SystemTimer timer = new SystemTimer();
        AdminAccess access = AdminAccess.open(cluster.dataDirectory(), timer)) {
      return access.api().list(ConfigMap.KIND, "default", ListOptions.ALL).items().stream()
          .map(map -> map.metadata().name())
          .collect(Collectors.toSet());
    }
  }
}
