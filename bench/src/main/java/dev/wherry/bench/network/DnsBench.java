package dev.wherry.bench.network;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.Bytes;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.network.dns.forward.ForwardFigures;
import dev.wherry.network.dns.forward.ForwardLimits;
import dev.wherry.network.dns.forward.Forwarder;
import dev.wherry.network.dns.forward.LoopGuard;
import dev.wherry.network.dns.message.DomainName;
import dev.wherry.network.dns.server.DnsFigures;
import dev.wherry.network.dns.server.DnsServer;
import dev.wherry.network.dns.server.ServerLimits;
import dev.wherry.network.dns.zone.ClusterZone;
import dev.wherry.network.dns.zone.ZoneKeeper;
import dev.wherry.network.sockets.ListeningSockets;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Cluster DNS under load. {@code DnsBench ours SERVICES...} starts a server of its own on one core
 * for each number of Services and loads it from the other; {@code DnsBench other PID PORT SERVICES}
 * loads a server that somebody started, with the same names; {@code DnsBench zone FILE SERVICES}
 * writes those names for it, as an RFC 1035 master file.
 */
public final class DnsBench {
  private static final int PORT = 15_353;
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration RUN = Duration.ofSeconds(8);
  private static final int WITHOUT_LIMIT = 1_000_000_000;
  private static final String SERVER_CORE = "0";

  private DnsBench() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "serve" -> serve(Integer.parseInt(arguments[1]));
      case "zone" -> zone(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
      case "other" -> {
        long pid = Long.parseLong(arguments[1]);
        load(
            "other",
            ProcessHandle.of(pid).orElseThrow(),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]));
      }
      case "ours" -> {
        for (String services : List.of(arguments).subList(1, arguments.length)) {
          ours(Integer.parseInt(services));
        }
      }
      default -> throw new IllegalArgumentException("ours, other, zone or serve");
    }
  }

  private static void ours(int services) throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "taskset",
            "-c",
            SERVER_CORE,
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            DnsBench.class.getName(),
            "serve",
            String.valueOf(services));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      System.out.println(lines.readLine());
      load("ours", process.toHandle(), PORT, services);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void load(String who, ProcessHandle server, int port, int services)
      throws IOException {
    try (DnsLoad load =
        new DnsLoad(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      load.run(WARM_UP, services);
      long before = cpuNanos(server);
      DnsLoad.Result result = load.run(RUN, services);
      long cpu = cpuNanos(server) - before;
      System.out.printf(
          "%s services=%d queries/s=%.0f p50=%dus p99=%dus lost=%d cpu=%.2fus/query rss=%dMiB%n",
          who,
          services,
          result.answers() / (RUN.toNanos() / 1e9),
          result.microsAt(0.5),
          result.microsAt(0.99),
          result.lost(),
          cpu / 1000.0 / result.answers(),
          rssMebibytes(server));
    }
  }

  private static long cpuNanos(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  private static long rssMebibytes(ProcessHandle process) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .sum();
  }

  static String name(int service) {
    return "service-" + service + ".namespace-" + service % 50 + ".svc.cluster.local";
  }

  private static String address(int service) {
    return "10.43." + (service >> 8 & 255) + "." + (service & 255);
  }

  private static void zone(Path file, int services) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("$ORIGIN cluster.local.");
    lines.add("@ 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5");
    lines.add("@ 5 IN NS ns.dns.cluster.local.");
    for (int i = 0; i < services; i++) {
      lines.add(name(i) + ". 5 IN A " + address(i));
    }
    Files.write(file, lines);
  }

  private static Service service(int number) {
    return Service.builder()
        .metadata(
            ObjectMeta.builder()
                .namespace("namespace-" + number % 50)
                .name("service-" + number)
                .resourceVersion("1")
                .build())
        .spec(
            ServiceSpec.builder()
                .type("ClusterIP")
                .clusterIP(address(number))
                .clusterIPs(List.of(address(number)))
                .ports(List.of(ServicePort.builder().name("http").port(80).build()))
                .build())
        .build();
  }

  private static void serve(int count) throws Exception {
    SystemTimer timer = new SystemTimer();
    ScriptedApi api = new ScriptedApi(3);
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      services.add(service(i));
    }
    api.given(Service.KIND, services);
    api.given(EndpointSlice.KIND, List.of());
    api.given(Namespace.KIND, List.of());
    ClusterZone zone = new ClusterZone(DomainName.of("cluster.local"), List.<Bytes>of(), timer);
    long empty = usedBytes();
    ZoneKeeper keeper = ZoneKeeper.start(api, zone, timer);
    while (!zone.isReady()) {
      Thread.onSpinWait();
    }
    long full = usedBytes();
    DnsServer server = DnsServer.start(setup(zone, timer));
    System.out.printf(
        "services=%d port=%d heap for the zone and its informers=%d bytes a service, the services"
            + " themselves were there before%n",
        zone.size(), server.port(), (full - empty) / Math.max(1, count));
    Thread.currentThread().join();
    keeper.close();
  }

  private static DnsServer.Setup setup(ClusterZone zone, SystemTimer timer) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    return new DnsServer.Setup(
        zone,
        new InetSocketAddress(loopback, PORT),
        new InetSocketAddress(loopback, 0),
        ListeningSockets.OWN,
        1,
        List.of(),
        new ServerLimits(WITHOUT_LIMIT, WITHOUT_LIMIT, 100, 100, 100, 100, Duration.ofSeconds(10)),
        new DnsFigures("cluster.local."),
        new Forwarder.Setup(
            List.of(),
            List::of,
            List.of(),
            ForwardLimits.defaults(),
            new LoopGuard(),
            ForwardFigures.fresh(),
            timer,
            new Random(1)));
  }

  private static long usedBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
