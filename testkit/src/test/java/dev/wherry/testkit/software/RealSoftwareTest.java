package dev.wherry.testkit.software;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wherry.testkit.Program;
import dev.wherry.testkit.e2e.Kubectls;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that people run, in the restricted way, through rollouts, kills and lost pods. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RealSoftwareTest {
  private static final Path MANIFESTS = Path.of("src/test/resources/software").toAbsolutePath();
  private static final String READY = "--timeout=200s";
  private static final String PSQL =
      "PGPASSWORD=$(cat /secret/password) /usr/lib/postgresql/15/bin/psql -h pg -U postgres -qtA -c ";

  private static final int ORDERS_MORE = 10;

  @TempDir static Path folder;
  private SoftwareLab lab;
  private Program kubectl;

  @BeforeAll
  void start() throws Exception {
    assumeTrue(!Kubectls.paths().isEmpty() && SoftwareImages.available(), "./dev test installs it");
    lab = SoftwareLab.start(folder);
    kubectl = lab.kubectl(Kubectls.paths().getFirst());
    lab.load(SoftwareImages.nginx(folder, "1"));
    lab.load(SoftwareImages.nginx(folder, "2"));
    lab.load(SoftwareImages.postgres(folder));
    lab.load(SoftwareImages.redis(folder));
    kubectl.await("node/", "get", "nodes", "-o", "name");
    kubectl.run("wait", "--for=condition=Ready", READY, "node", "--all").orThrow();
  }

  @AfterAll
  void stop() throws Exception {
    if (lab != null) {
      lab.close();
    }
  }

  private void apply(String manifest) throws Exception {
    kubectl.run("apply", "-f", MANIFESTS.resolve(manifest).toString()).orThrow();
  }

  private String get(String namespace, String what, String path) throws Exception {
    return kubectl.run("get", "-n", namespace, what, "-o", "jsonpath={" + path + "}").orThrow();
  }

  @Test
  void nginx_replacedUnderLoad_answersEveryRequest() throws Exception {
    apply("nginx.yaml");
    kubectl.run("rollout", "status", "-n", "web", "deployment/web", READY).orThrow();
    URI page = URI.create("http://" + SoftwareLab.address() + ":30080/");
    try (WebLoad load = WebLoad.start(page)) {
      while (load.answers().getOrDefault("1", 0L) < 100 && load.failures().isEmpty()) {
        Thread.yield();
      }
      kubectl
          .run("set", "image", "-n", "web", "deployment/web", "nginx=" + SoftwareImages.NGINX + 2)
          .orThrow();
      kubectl.run("rollout", "status", "-n", "web", "deployment/web", READY).orThrow();
      kubectl.await(
          "has the new pods only",
          text -> text.lines().count() == 3,
          "get",
          "pods",
          "-n",
          "web",
          "-o",
          "name");
      load.close();

      assertEquals(List.of(), load.failures(), load.answers().toString());
      assertEquals(2, load.answers().size(), load.answers().toString());
      System.out.println("answers by version: " + load.answers());
    }
    assertEquals("0 0 0", get("web", "pods", ".items[*].status.containerStatuses[*].restartCount"));
    kubectl.run("delete", "namespace", "web").orThrow();
  }

  private String sql(String statement) throws Exception {
    return kubectl
        .run(
            "exec",
            "-n",
            "shop",
            "pg-0",
            "-c",
            "postgres",
            "--",
            "sh",
            "-c",
            PSQL + "\"" + statement + "\"")
        .orThrow()
        .strip();
  }

  /** The number of the last order that a client was told of; 0 in other texts. */
  private static long lastOrder(String log) {
    return log.lines()
        .filter(line -> line.matches("\\d+"))
        .mapToLong(Long::parseLong)
        .max()
        .orElse(0);
  }

  /** Waits until orders go on, and gives the last one. */
  private long awaitOrders(long after) throws Exception {
    String[] look = {"logs", "-n", "shop", "deployment/orders", "--tail=1"};
    return lastOrder(
        kubectl.await("has more orders", log -> lastOrder(log) >= after + ORDERS_MORE, look));
  }

  private Map<String, String> containers() throws Exception {
    return Map.of(
        "postgres", get("shop", "pod/pg-0", ".status.containerStatuses[0].containerID"),
        "orders", get("shop", "pods", ".items[0].status.containerStatuses[0].containerID"));
  }

  @Test
  void postgres_agentServerAndPodEnded_keepsEveryOrder() throws Exception {
    apply("postgres.yaml");
    kubectl.run("rollout", "status", "-n", "shop", "statefulset/pg", READY).orThrow();
    long last = awaitOrders(0);
    Map<String, String> before = containers();

    lab.killAgent();
    last = awaitOrders(last);
    lab.killServer();
    last = awaitOrders(last);

    assertEquals(before, containers());
    assertTrue(Long.parseLong(sql("select max(id) from orders")) >= last);
    // Whose connection was never cut has no gap in its numbers.
    assertEquals("0", sql("select max(id) - count(*) from orders"));

    kubectl.run("delete", "pod", "-n", "shop", "pg-0").orThrow();
    kubectl.run("rollout", "status", "-n", "shop", "statefulset/pg", READY).orThrow();
    assertTrue(Long.parseLong(sql("select max(id) from orders")) >= last);
    awaitOrders(last);
    kubectl.run("delete", "namespace", "shop").orThrow();
    kubectl.await("No resources found", "get", "pv");
  }

  private String redis(String... words) throws Exception {
    List<String> all =
        new java.util.ArrayList<>(
            List.of("exec", "-n", "queue", "deployment/redis", "--", "redis-cli"));
    all.addAll(List.of(words));
    return kubectl.run(all.toArray(String[]::new)).orThrow().strip();
  }

  @Test
  void redis_containerKilledAndPodReplaced_keepsWhatItAcknowledged() throws Exception {
    apply("redis.yaml");
    kubectl.run("rollout", "status", "-n", "queue", "deployment/redis", READY).orThrow();
    assertEquals(
        "1000", redis("eval", "for i=1,1000 do redis.call('rpush','q',i) end return 1000", "0"));

    kubectl.run("exec", "-n", "queue", "deployment/redis", "--", "redis-cli", "shutdown", "nosave");
    kubectl.await(
        "1",
        "get",
        "pods",
        "-n",
        "queue",
        "-o",
        "jsonpath={.items[0].status.containerStatuses[0].restartCount}");
    kubectl.await("1/1", "get", "deployment", "-n", "queue", "redis");
    assertEquals("1000", redis("llen", "q"));

    kubectl.run("rollout", "restart", "-n", "queue", "deployment/redis").orThrow();
    kubectl.run("rollout", "status", "-n", "queue", "deployment/redis", READY).orThrow();
    assertEquals("1000", redis("lindex", "q", "-1"));
    kubectl.run("delete", "namespace", "queue").orThrow();
  }

  @Test
  void claimedDevice_ofADriver_isInTheContainerThatAsks_andGoesBack() throws Exception {
    try (DeviceDriver _ = new DeviceDriver(lab.pluginFolder())) {
      apply("device.yaml");
      kubectl.run("wait", "--for=condition=Ready", READY, "pod/user").orThrow();
      String[] look = {"logs", "user", "-c", "with"};
      String said = kubectl.await("shows its device", text -> text.contains("/dev/own"), look);
      assertTrue(said.startsWith("red\ncrw"), said);
      kubectl.await("has none", "none:\n"::equals, "logs", "user", "-c", "without");
      String uid = get("default", "resourceclaims", ".items[0].metadata.uid");
      assertTrue(Files.exists(DeviceDriver.description(uid)));

      lab.killAgent();
      kubectl.run("delete", "pod", "user").orThrow();
      kubectl.await("No resources found", "get", "resourceclaims");
      assertFalse(Files.exists(DeviceDriver.description(uid)));
      kubectl
          .run("delete", "-f", MANIFESTS.resolve("device.yaml").toString(), "--ignore-not-found")
          .orThrow();
    }
  }

  @Test
  void minio_podReplaced_hasItsObjects() throws Exception {
    assumeTrue(SoftwareImages.minioAvailable(), "target/tools/minio was not built");
    lab.load(SoftwareImages.minio(folder));
    apply("minio.yaml");
    kubectl.run("rollout", "status", "statefulset/minio", READY).orThrow();
    String object = "http://" + SoftwareLab.address() + ":30900/letters/first";
    curl("-X", "PUT", object.substring(0, object.lastIndexOf('/')));
    Path letter = Files.writeString(folder.resolve("letter"), "dear object storage");
    curl("-T", letter.toString(), object);

    kubectl.run("delete", "pod", "minio-0").orThrow();
    kubectl.run("rollout", "status", "statefulset/minio", READY).orThrow();
    lab.killAgent();
    assertEquals("dear object storage", curl(object));
    kubectl.run("delete", "-f", MANIFESTS.resolve("minio.yaml").toString()).orThrow();
  }

  private static String curl(String... words) throws Exception {
    Program curl =
        new Program(
            List.of(
                "curl",
                "-sS",
                "--fail-with-body",
                "--retry",
                "5",
                "--retry-all-errors",
                "--aws-sigv4",
                "aws:amz:us-east-1:s3",
                "--user",
                "somebody:correct-horse"),
            Map.of());
    return curl.run(words).orThrow();
  }
}
