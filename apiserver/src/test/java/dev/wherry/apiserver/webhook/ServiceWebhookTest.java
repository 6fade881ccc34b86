package dev.wherry.apiserver.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.ServerFixture;
import dev.wherry.apiserver.pki.ClientTls;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.json.Json;
import dev.wherry.streaming.tunnel.AgentTunnel;
import dev.wherry.streaming.tunnel.TargetPolicy;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks behind Services: a whole server, an agent's tunnel, and what is behind it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceWebhookTest {
  private static final Duration WITHIN = Duration.ofSeconds(120);
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private ServerFixture server;
  private AgentTunnel agent;
  private WebhookServer webhooks;
  private ServerSocket silent;

  @BeforeAll
  void start(@TempDir Path data) throws Exception {
    server = ServerFixture.start(data);
    ServerPki pki = server.server().pki();
    TlsIdentity node =
        pki.authority()
            .issue(
                Subject.of("system:node:n1", "system:nodes"),
                AlternativeNames.of(List.of("n1")),
                CertificateUse.CLIENT,
                Duration.ofHours(1));
    SslContext tls =
        ClientTls.over(TlsContexts.mutual(() -> node, List.of(pki.authority().certificate())));
    agent =
        new AgentTunnel(
            new AgentTunnel.Config(
                server.uri(""),
                () -> tls,
                TargetPolicy.kubeletAndAddresses(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1))),
            loops,
            NioSocketChannel.class,
            new Random(1));
    agent.start();
    InetAddress address = someAddress();
    webhooks = new WebhookServer(address, "hooks.default.svc");
    silent = new ServerSocket(0, 1_000, address);
    service("hooks", address, webhooks.port());
    service("silent", address, silent.getLocalPort());
  }

  @AfterAll
  void stop() throws Exception {
    agent.close();
    webhooks.close();
    silent.close();
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  /**
   * Of this machine, as pods could have it: the server goes to no loopback. Others on the machine
   * may take their networks away, but not the one that leads out.
   */
  private static InetAddress someAddress() throws IOException {
    try (DatagramSocket outwards = new DatagramSocket()) {
      outwards.connect(new InetSocketAddress("198.51.100.1", 9));
      if (!outwards.getLocalAddress().isAnyLocalAddress()) {
        return outwards.getLocalAddress();
      }
    } catch (SocketException | UncheckedIOException _) {
      // Nothing leads out of this machine.
    }
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress() && !a.isLinkLocalAddress())
        .findFirst()
        .orElseThrow();
  }

  private void service(String name, InetAddress address, int port) {
    server.post(
        "/api/v1/namespaces/default/services",
        """
        {apiVersion: v1, kind: Service, metadata: {name: %s},
         spec: {ports: [{name: https, port: 8443, targetPort: 443}]}}
        """
            .formatted(name));
    var slice =
        server.post(
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
            """
            {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
             metadata: {name: %s-1, labels: {kubernetes.io/service-name: %s}},
             ports: [{name: https, port: %d, protocol: TCP}],
             endpoints: [{addresses: [%s], nodeName: n1, conditions: {ready: true}}]}
            """
                .formatted(name, name, port, address.getHostAddress()));
    assertEquals(201, slice.code(), slice.text());
  }

  /** A webhook for config maps with the label {@code hook: SERVICE}. */
  private void configure(String service, int timeoutSeconds) {
    var answer =
        server.post(
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
            """
            {apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration,
             metadata: {name: %s}, webhooks: [{name: %s.example.com, sideEffects: None,
               timeoutSeconds: %d, admissionReviewVersions: [v1, v1beta1],
               clientConfig: {service: {name: %s, namespace: default, port: 8443, path: /ask},
                              caBundle: %s},
               objectSelector: {matchLabels: {hook: %s}},
               rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1],
                        resources: [configmaps]}]}]}
            """
                .formatted(
                    service, service, timeoutSeconds, service, webhooks.caBundle(), service));
    assertEquals(201, answer.code(), answer.text());
  }

  private ServerFixture.Answer create(String name, String hook) {
    return server.post(
        MAPS,
        "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: %s-, labels: {hook: %s}}}"
            .formatted(name, hook));
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + WITHIN.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError("not within " + WITHIN);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Test
  void webhook_behindService_isAskedThroughItsNode() {
    webhooks.reviewing(
        "/ask",
        request -> {
          var response = Json.object().put("allowed", false);
          response.putObject("status").put("message", "asked");
          return response;
        });
    configure("hooks", 10);
    await(() -> create("a", "hooks").message().endsWith("denied the request: asked"));
    assertEquals(
        "admission webhook \"hooks.example.com\" denied the request: asked",
        create("a", "hooks").message());
  }

  @Test
  void webhook_thatSaysNothing_costsItsTimeoutHoweverManyAsk() throws Exception {
    configure("silent", 2);
    await(() -> create("first", "silent").code() == 500);
    long began = System.nanoTime();
    List<Future<ServerFixture.Answer>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        answers.add(threads.submit(() -> create("many", "silent")));
      }
      assertEquals(201, create("free", "none").code());
    }
    // One after the other they would take 200 s.
    assertTrue(Duration.ofNanos(System.nanoTime() - began).toSeconds() < 100);
    for (Future<ServerFixture.Answer> answer : answers) {
      String message = answer.get().message();
      assertTrue(
          message.endsWith(
              "Post \"https://silent.default.svc:8443/ask?timeout=2s\": context deadline"
                  + " exceeded"),
          message);
    }
  }
}
