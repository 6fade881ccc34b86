package dev.wherry.bench.network;

import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** How long it takes from the event that an endpoint is ready until a connection comes about. */
final class Acceptances {
  /** Of this process; a pod, for all that the Service proxy knows. */
  private static final String ADDRESS = "10.42.0.9";

  private static final Endpoint OWN =
      Endpoint.builder().addresses(List.of(ADDRESS)).nodeName("n1").build();

  private static final int CONNECT_MILLIS = 1_000;

  private Acceptances() {}

  /** A Service that has an endpoint every other time: this process, on an address of its own. */
  static String measure(ScriptedApi api, int number) throws Exception {
    try (ServerSocket server = new ServerSocket(ServiceBench.PORT)) {
      Thread.ofPlatform().daemon().start(() -> accept(server));
      api.change(Service.KIND, ServiceBench.service(number));
      InetSocketAddress address =
          new InetSocketAddress(
              InetAddress.ofLiteral(ServiceBench.service(number).spec().clusterIP()),
              ServiceBench.SERVICE_PORT);
      return ServiceBench.times(round -> {
        api.change(EndpointSlice.KIND, slice(number, 2 * round, List.of()));
        while (connects(address)) {
          Thread.sleep(Duration.ofMillis(1));
        }
        long began = System.nanoTime();
        api.change(EndpointSlice.KIND, slice(number, 2 * round + 1, List.of(OWN)));
        while (!connects(address)) {
          Thread.onSpinWait();
        }
        return System.nanoTime() - began;
      });
    }
  }

  /** A change is one only with a version of its own. */
  private static EndpointSlice slice(int number, int version, List<Endpoint> endpoints) {
    return ServiceBench.slice(number, version).toBuilder().endpoints(endpoints).build();
  }

  private static void accept(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket _ = server.accept()) {
        // The next one.
      } catch (IOException e) {
        return;
      }
    }
  }

  private static boolean connects(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
