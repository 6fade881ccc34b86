package dev.wherry.network.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.network.sockets.ListeningSockets;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthPortsTest {
  private static final ObjectKey WEB = new ObjectKey("ns", "web");

  private final HttpClient client = HttpClient.newHttpClient();
  private final HealthPorts ports =
      new HealthPorts(
          ListeningSockets.OWN, new ProxyHealth(Clock.systemUTC(), () -> true, () -> ""));

  @AfterEach
  void stop() {
    ports.close();
    client.close();
  }

  /** Below the ports that kernels give to clients, and another one for each test process. */
  private static final int FIRST = 21_000;

  private static final int PROCESSES = 2_000;
  private static final int OF_A_PROCESS = 4;

  private static int port(int number) {
    long process = ProcessHandle.current().pid() % PROCESSES;
    return FIRST + (int) process * OF_A_PROCESS + number;
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        BodyHandlers.ofString());
  }

  @Test
  void service_withAndWithoutEndpoints_answersAsUpstream() throws Exception {
    int port = port(0);
    ports.replace(Map.of(WEB, new HealthCheck(port, 2)));
    HttpResponse<String> answer = get(port, "/any?x=y");
    assertEquals(200, answer.statusCode());
    assertEquals("application/json", answer.headers().firstValue("content-type").orElse(""));
    assertEquals("2", answer.headers().firstValue("x-load-balancing-endpoint-weight").orElse(""));
    assertEquals(
        "{\n\t\"service\": {\n\t\t\"namespace\": \"ns\",\n\t\t\"name\": \"web\"\n\t},\n"
            + "\t\"localEndpoints\": 2,\n\t\"serviceProxyHealthy\": true\n}",
        answer.body());

    ports.put(WEB, Optional.of(new HealthCheck(port, 0)));
    assertEquals(503, get(port, "/").statusCode());
    ports.put(WEB, Optional.empty());
    assertThrows(ConnectException.class, () -> get(port, "/"));
  }

  @Test
  void port_ofAnother_isServedWhenItIsGivenUp() throws Exception {
    int port = port(1);
    ObjectKey second = new ObjectKey("ns", "second");
    ports.put(WEB, Optional.of(new HealthCheck(port, 0)));
    ports.put(second, Optional.of(new HealthCheck(port, 1)));
    assertEquals(503, get(port, "/").statusCode());
    ports.put(WEB, Optional.of(new HealthCheck(port(0), 0)));
    assertEquals(200, get(port, "/").statusCode());
  }

  @Test
  void own_ports_answerAsKubeProxy() throws Exception {
    int health = port(2);
    int status = port(3);
    ports.open(health, status);
    assertEquals(200, get(health, "/healthz").statusCode());
    assertEquals(200, get(health, "/livez").statusCode());
    assertEquals("nftables", get(status, "/proxyMode").body());
  }
}
