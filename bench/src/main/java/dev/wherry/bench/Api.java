package dev.wherry.bench;

import dev.wherry.bench.api.Clients;
import dev.wherry.bench.api.ServerProcess;
import dev.wherry.model.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The API server over HTTPS: create, get, list of 10,000 pods, watch with 1,000 watchers. The
 * server runs in a process of its own; what counts is its CPU for each operation, since the clients
 * share the machine.
 *
 * <p>Arguments: a folder on the disk to use (default: the current one); the path of an apiload
 * program, which then makes the load instead of this one.
 */
public final class Api {
  private static final String PODS = "/api/v1/namespaces/default/pods";
  private static final int OBJECTS = 10_000;
  private static final int CLIENTS = 64;
  private static final int LISTS = 10;

  /** The compiler needs some ten thousand requests to be done with. */
  private static final int WARM_UP_ROUNDS = 3;

  private static final int WATCHERS = 1_000;
  private static final int WATCHED_CREATES = 200;
  private static final long DELIVERED_NANOS_MAX = Duration.ofMinutes(2).toNanos();

  private final ServerProcess server;

  private Api(ServerProcess server) {
    this.server = server;
  }

  public static void main(String[] args) throws Exception {
    Path parent = Path.of(args.length > 0 ? args[0] : ".").toAbsolutePath();
    Path folder = Files.createTempDirectory(parent, "api-bench");
    try (ServerProcess server = ServerProcess.start(folder)) {
      if (args.length > 1) {
        foreign(server, args[1]);
      } else {
        new Api(server).run();
      }
    } finally {
      delete(folder);
    }
  }

  private static void foreign(ServerProcess server, String apiload) throws Exception {
    for (String mode :
        List.of(
            "-c 64 -n 10000 create",
            "delete",
            "-c 64 -n 10000 create",
            "delete",
            "-c 64 -n 10000 create",
            "delete",
            "-c 64 -n 10000 create",
            "-c 64 -n 10000 get",
            "-c 64 -n 10000 update",
            "-c 64 -n 10000 update",
            "-c 64 -n 10000 update",
            "-c 64 -n 10000 update",
            "-c 64 -n 10000 get",
            "-r 10 list",
            "-w 1000 -k 200 watch")) {
      List<String> command = new ArrayList<>(List.of(apiload));
      command.addAll(server.apiloadFlags());
      command.addAll(List.of("-path", PODS, "-kind", "Pod", "-apiVersion", "v1", "-body", "pod"));
      command.addAll(List.of(mode.split(" ")));
      new ProcessBuilder(command).inheritIO().start().waitFor();
    }
  }

  private void run() throws Exception {
    System.out.printf(
        "%-28s %10s %8s %10s %10s %8s%n", "", "ops/s", "MB/s", "cpu us/op", "client us", "PSS MiB");
    try (Clients clients = new Clients(server.url(), server.tls(), CLIENTS)) {
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        clients.sendAll(CLIENTS, OBJECTS, i -> create("pod-" + i));
        clients.sendAll(CLIENTS, OBJECTS, Api::get);
        lists(clients);
        clients.send(0, "DELETE", PODS + "?gracePeriodSeconds=0", "");
      }
      measure(
          "create, 64 clients",
          OBJECTS,
          () -> clients.sendAll(CLIENTS, OBJECTS, i -> create("pod-" + i)));
      measure("get, 64 clients", OBJECTS, () -> clients.sendAll(CLIENTS, OBJECTS, Api::get));
      measure("list, whole (per object)", OBJECTS * LISTS, () -> lists(clients));
      measure("list, pages of 500", OBJECTS * LISTS, () -> pagedLists(clients));
    }
    watch();
  }

  /** Each object once, out of order. */
  private static Clients.Call get(int i) {
    return new Clients.Call("GET", PODS + "/pod-" + i * 7_919L % OBJECTS, "");
  }

  private static long lists(Clients clients) throws IOException, InterruptedException {
    long bytes = 0;
    for (int i = 0; i < LISTS; i++) {
      bytes += clients.send(0, "GET", PODS, "").length;
    }
    return bytes;
  }

  private static long pagedLists(Clients clients) throws IOException, InterruptedException {
    long bytes = 0;
    for (int i = 0; i < LISTS; i++) {
      String next = "";
      do {
        byte[] page = clients.send(0, "GET", PODS + "?limit=500" + next, "");
        bytes += page.length;
        String token = Json.parse(page).at("/metadata/continue").asText();
        next = token.isEmpty() ? "" : "&continue=" + token;
      } while (!next.isEmpty());
    }
    return bytes;
  }

  private void watch() throws Exception {
    LongAdder events = new LongAdder();
    LongAdder bytes = new LongAdder();
    try (Clients watchers = new Clients(server.url(), server.tls(), WATCHERS);
        Clients writers = new Clients(server.url(), server.tls(), 4)) {
      String from =
          Json.parse(writers.send(0, "GET", PODS + "?limit=1", ""))
              .at("/metadata/resourceVersion")
              .asText();
      watchers.watch(WATCHERS, PODS + "?watch=true&resourceVersion=" + from, events, bytes);
      long wanted = (long) WATCHERS * WATCHED_CREATES;
      measure(
          "watch, 1,000 watchers (event)",
          (int) wanted,
          () -> {
            writers.sendAll(4, WATCHED_CREATES, i -> create("watched-" + i));
            long end = System.nanoTime() + DELIVERED_NANOS_MAX;
            while (events.sum() < wanted && System.nanoTime() < end) {
              LockSupport.parkNanos(1_000_000);
            }
            if (events.sum() < wanted) {
              throw new IOException(events.sum() + " of " + wanted + " events were delivered");
            }
            return bytes.sum();
          });
    }
  }

  /** Work that returns how many bytes came back. */
  @FunctionalInterface
  private interface Work {
    long run() throws IOException, InterruptedException;
  }

  private void measure(String what, int operations, Work work) throws Exception {
    long serverCpu = server.cpuNanos();
    long clientCpu = ownCpuNanos();
    long start = System.nanoTime();
    long bytes = work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%-28s %10.0f %8.1f %10.1f %10.1f %8d%n",
        what,
        operations / seconds,
        bytes / 1e6 / seconds,
        (server.cpuNanos() - serverCpu) / 1e3 / operations,
        (ownCpuNanos() - clientCpu) / 1e3 / operations,
        server.pssMib());
  }

  private static long ownCpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  /** A pod as a Deployment makes it, of about 1 KB. */
  private static Clients.Call create(String name) {
    String probe =
        "{\"httpGet\":{\"path\":\"/healthz\",\"port\":8080},\"initialDelaySeconds\":5,"
            + "\"periodSeconds\":10,\"timeoutSeconds\":1}";
    String body =
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\""
            + name
            + "\",\"labels\":{\"app.kubernetes.io/name\":\"bench\",\"tier\":\"backend\"}},"
            + "\"spec\":{\"containers\":[{\"name\":\"web\","
            + "\"image\":\"registry.example.com/team/web:1.27.3\","
            + "\"args\":[\"--listen=0.0.0.0:8080\",\"--log-level=info\"],"
            + "\"ports\":[{\"name\":\"http\",\"containerPort\":8080}],"
            + "\"env\":[{\"name\":\"MODE\",\"value\":\"production\"}],"
            + "\"resources\":{\"requests\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"},"
            + "\"limits\":{\"cpu\":\"500m\",\"memory\":\"256Mi\"}},"
            + "\"readinessProbe\":"
            + probe
            + ",\"livenessProbe\":"
            + probe
            + "}],\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":1000}}}";
    return new Clients.Call("POST", PODS, body);
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
