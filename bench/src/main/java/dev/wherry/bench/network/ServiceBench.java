package dev.wherry.bench.network;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeSpec;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointPort;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.network.netlink.NetlinkMessage;
import dev.wherry.network.netlink.NetlinkSocket;
import dev.wherry.network.netlink.NetlinkThread;
import dev.wherry.network.nftables.Family;
import dev.wherry.network.nftables.Queries;
import dev.wherry.network.proxy.ServiceProxy;
import dev.wherry.network.sockets.ListeningSockets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * {@code ServiceBench [services...]}: how long it takes from a watch event until the kernel has
 * committed what follows from it, by number of Services that are there, ten endpoints each; and
 * from the event that an endpoint is ready until a connection to its Service comes about. Run it in
 * a network namespace of its own with this script before: {@code ip link set lo up; ip addr add
 * 10.42.0.9/32 dev lo; ip route add 10.43.0.0/16 dev lo src 10.42.0.9}.
 */
public final class ServiceBench {
  private static final ServiceProxy.Setup SETUP =
      new ServiceProxy.Setup("n1", true, ListeningSockets.OWN);
  private static final int ENDPOINTS = 10;
  private static final int ROUNDS = 200;
  private static final int WARM_UP = 200;
  private static final int NEW_GENERATION = 0xa0f;
  private static final double MILLI_NANOS = 1e6;
  private static final long COMMIT_SECONDS_MAX = 60;
  private static final long QUIET_MILLIS = 1500;
  private static final long LOOK_AGAIN_MILLIS = 5;
  private static final String TABLE = "wherry";
  static final int SERVICE_PORT = 80;
  static final int PORT = 8080;

  private final BlockingQueue<Long> commits = new LinkedBlockingQueue<>();

  private ServiceBench() {}

  /** Measures; prints a table row for each number. */
  public static void main(String[] arguments) throws Exception {
    List<Integer> counts = new ArrayList<>(List.of(10, 1000, 10_000));
    if (arguments.length > 0) {
      counts = Arrays.stream(arguments).map(Integer::valueOf).toList();
    }
    System.out.println(
        "| Services | from scratch ms | one endpoint changes ms p50 / p99 | one Service is added |"
            + " ready to accepted |");
    System.out.println("|---|---|---|---|---|");
    for (int count : counts) {
      new ServiceBench().measure(count);
    }
  }

  private void measure(int count) throws Exception {
    ScriptedApi api = new ScriptedApi(3);
    api.given(
        Node.KIND,
        List.of(
            Node.EMPTY.toBuilder()
                .metadata(meta("n1"))
                .spec(NodeSpec.builder().podCIDRs(List.of("10.42.0.0/24")).build())
                .build()));
    List<Service> services = new ArrayList<>();
    List<EndpointSlice> slices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      services.add(service(i));
      slices.add(slice(i, 0));
    }
    api.given(Service.KIND, services);
    api.given(EndpointSlice.KIND, slices);
    try (SystemTimer timer = new SystemTimer();
        NetlinkSocket looking = NetlinkSocket.open(NetlinkSocket.PROTOCOL_NETFILTER, 0)) {
      long began = System.nanoTime();
      try (ServiceProxy _ = ServiceProxy.start(api, SETUP, timer)) {
        awaitTable(looking, timer);
        double scratch = (System.nanoTime() - began) / MILLI_NANOS;
        try (NetlinkThread _ = NetlinkThread.start(setup(), new Clock())) {
          timer.pause(Duration.ofMillis(QUIET_MILLIS));
          String changes = times(i -> change(api, count, i));
          String additions = times(i -> add(api, count, i));
          String acceptances = Acceptances.measure(api, count + WARM_UP + ROUNDS);
          System.out.printf(
              "| %d | %.0f | %s | %s | %s |%n", count, scratch, changes, additions, acceptances);
        }
      }
      ServiceProxy.remove();
    }
  }

  /** Looks again and again: a listener would make the kernel tell of every element. */
  private static void awaitTable(NetlinkSocket looking, SystemTimer timer) throws Exception {
    while (!Queries.tables(looking, Family.INET).contains(TABLE)) {
      timer.pause(Duration.ofMillis(LOOK_AGAIN_MILLIS));
    }
  }

  /** One measured thing, in nanoseconds. */
  interface Round {
    long nanos(int number) throws Exception;
  }

  /** The half and the hundredth slowest of all rounds, in milliseconds. */
  static String times(Round round) throws Exception {
    double[] times = new double[ROUNDS];
    for (int i = -WARM_UP; i < ROUNDS; i++) {
      long nanos = round.nanos(i + WARM_UP);
      if (i >= 0) {
        times[i] = nanos / MILLI_NANOS;
      }
    }
    Arrays.sort(times);
    return "%.2f / %.2f".formatted(times[ROUNDS / 2], times[ROUNDS * 99 / 100]);
  }

  private long change(ScriptedApi api, int count, int round) throws InterruptedException {
    commits.clear();
    long began = System.nanoTime();
    api.change(EndpointSlice.KIND, slice(round * 7 % count, round + 1));
    return committed() - began;
  }

  /** One whose endpoints are there already, so that all of it is one commit. */
  private long add(ScriptedApi api, int count, int round) throws Exception {
    int number = count + round;
    api.change(EndpointSlice.KIND, slice(number, 0));
    Thread.sleep(Duration.ofMillis(LOOK_AGAIN_MILLIS));
    commits.clear();
    long began = System.nanoTime();
    api.change(Service.KIND, service(number));
    return committed() - began;
  }

  private long committed() throws InterruptedException {
    Long at = commits.poll(COMMIT_SECONDS_MAX, TimeUnit.SECONDS);
    if (at == null) {
      throw new IllegalStateException("nothing was committed");
    }
    return at;
  }

  private static NetlinkThread.Setup setup() {
    return new NetlinkThread.Setup(
        "bench-netlink",
        NetlinkSocket.PROTOCOL_NETFILTER,
        0,
        List.of(Queries.CHANGES_GROUP),
        () -> {});
  }

  /** Notes when the kernel says that a transaction is done. */
  private final class Clock implements NetlinkThread.Listener {
    @Override
    public void received(NetlinkMessage message) {
      if (message.type() == NEW_GENERATION) {
        commits.add(System.nanoTime());
      }
    }

    @Override
    public void lost() {
      commits.add(System.nanoTime());
    }
  }

  private static ObjectMeta meta(String name) {
    return ObjectMeta.builder().namespace("ns").name(name).uid(name).resourceVersion("1").build();
  }

  static Service service(int number) {
    return Service.EMPTY.toBuilder()
        .metadata(meta("s" + number))
        .spec(
            ServiceSpec.builder()
                .clusterIP("10.43." + number / 250 + "." + (number % 250 + 1))
                .ports(List.of(ServicePort.builder().name("p").port(SERVICE_PORT).build()))
                .build())
        .build();
  }

  /** The first endpoint's address follows from the version. */
  static EndpointSlice slice(int number, int version) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < ENDPOINTS; i++) {
      String last = i == 0 ? "." + (version == 0 ? 20 : version % 200 + 21) : "." + (i + 1);
      endpoints.add(
          Endpoint.builder()
              .addresses(List.of("10." + (100 + number / 250) + "." + number % 250 + last))
              .nodeName("n" + i)
              .build());
    }
    return EndpointSlice.EMPTY.toBuilder()
        .metadata(
            meta("s" + number).toBuilder()
                .resourceVersion(Integer.toString(version + 1))
                .labels(Map.of("kubernetes.io/service-name", "s" + number))
                .build())
        .addressType("IPv4")
        .endpoints(endpoints)
        .ports(List.of(EndpointPort.builder().name("p").port(PORT).build()))
        .build();
  }
}
