package dev.wherry.apiserver.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.http.AnswerStream;
import dev.wherry.apiserver.http.EdgeFixture;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.http.HttpEdge;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.ObjectListener;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.streaming.tunnel.AgentTunnel;
import dev.wherry.streaming.tunnel.TargetPolicy;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Client, API server's edge, tunnel and a kubelet's server, all real but the kubelet's answers. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeProxyTest {
  private static final String NODE = "node-1";
  private static final int LOG_BYTES = 4 << 20;

  @TempDir Path folder;
  private final LinkedBlockingQueue<String> kubeletSaw = new LinkedBlockingQueue<>();
  private final TunnelRegistry tunnels = new TunnelRegistry();
  private final TunnelRoute route = new TunnelRoute(tunnels);
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private EdgeFixture server;
  private HttpEdge kubelet;
  private AgentTunnel agent;
  private PodStreams streams;

  @BeforeEach
  void start() throws Exception {
    server = new EdgeFixture(folder, EdgeFixture.limits(), this::serve);
    start(NODE);
  }

  /** Starts a kubelet that shows the certificate of {@code shown}, and its tunnel as NODE. */
  private void start(String shown) throws Exception {
    TlsIdentity serving = identity(shown, CertificateUse.SERVER);
    SslContext kubeletTls = SslContextBuilder.forServer(serving.key(), serving.chain()).build();
    kubelet =
        HttpEdge.start(
            EdgeFixture.limits(),
            () -> kubeletTls,
            this::kubelet,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    SslContext agentTls = clientTls(identity(NODE, CertificateUse.CLIENT));
    agent =
        new AgentTunnel(
            new AgentTunnel.Config(
                server.uri(""),
                () -> agentTls,
                TargetPolicy.kubeletAndAddresses(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), kubelet.port()))),
            loops,
            NioSocketChannel.class,
            new Random(1));
    agent.start();
    SslContext toKubelet = clientTls(server.pki().identity(ServerPki.Leaf.KUBELET_CLIENT));
    streams = PodStreams.over(new Pods(), tunnels, () -> toKubelet, new Random(2));
    while (!tunnels.nodes().contains(NODE)) {
      Thread.onSpinWait();
    }
  }

  @AfterEach
  void stop() {
    agent.close();
    tunnels.close();
    kubelet.close();
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private TlsIdentity identity(String node, CertificateUse use) {
    return server
        .pki()
        .authority()
        .issue(
            Subject.of("system:node:" + node, "system:nodes"),
            AlternativeNames.of(List.of(node)),
            use,
            Duration.ofHours(1));
  }

  private SslContext clientTls(TlsIdentity identity) {
    return new JdkSslContext(
        TlsContexts.mutual(() -> identity, List.of(server.pki().authority().certificate())),
        true,
        ClientAuth.NONE);
  }

  private void serve(Exchange exchange) {
    try {
      if (exchange.path().equals(TunnelRoute.PATH)) {
        String name = Subject.of(exchange.credentials().certificates().getFirst()).commonName();
        route.accept(exchange, UserInfo.of(name, "system:nodes"));
      } else {
        streams.handle(
            exchange, RequestInfo.parse(exchange.method(), exchange.path(), exchange.query()));
      }
    } catch (ApiException e) {
      exchange.respond(e.code(), "application/json", Json.write(e.toStatus()));
    }
  }

  private void kubelet(Exchange exchange) {
    kubeletSaw.add(exchange.method() + " " + exchange.target() + exchange.header("Authorization"));
    if (exchange.path().startsWith("/containerLogs/default/big/")) {
      AnswerStream out = exchange.stream(200, "text/plain");
      for (int sent = 0; sent < LOG_BYTES; sent += 1 << 14) {
        out.write(Unpooled.wrappedBuffer(new byte[1 << 14]));
        out.flush();
        out.awaitWritable();
      }
      out.close();
    } else if (exchange.path().startsWith("/containerLogs/default/waiting/")) {
      exchange.respond(400, "text/plain", "it waits".getBytes(StandardCharsets.UTF_8));
    } else if (exchange.path().equals("/greeting")) {
      exchange.upgrade(
          new DefaultHttpHeaders().set("Upgrade", "greeting"),
          channel ->
              channel.writeAndFlush(
                  Unpooled.copiedBuffer("the server speaks first!", StandardCharsets.US_ASCII)));
    } else if (exchange.asksUpgrade()) {
      exchange.upgrade(
          new DefaultHttpHeaders().set("Upgrade", "SPDY/3.1"),
          channel -> {
            channel.pipeline().addLast(new Echo());
            channel.config().setAutoRead(true);
          });
    } else {
      exchange.respond(200, "text/plain", "fine".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      if (bytes.getByte(bytes.writerIndex() - 1) == '!') {
        ctx.writeAndFlush(bytes).addListener(done -> ctx.close());
      } else {
        ctx.writeAndFlush(bytes);
      }
    }
  }

  /** Pods big, waiting and counter on the node, one that is nowhere, and the node. */
  private static final class Pods implements ObjectView {
    @Override
    public Optional<ObjectNode> get(Resource resource, String namespace, String name) {
      if (name.equals("absent")) {
        return Optional.empty();
      }
      ObjectNode object = Json.object();
      object.putObject("metadata").put("name", name).put("namespace", namespace);
      ObjectNode spec = object.putObject("spec");
      spec.put("nodeName", name.equals("nowhere") ? "" : name.equals("lost") ? "node-2" : NODE);
      object.putObject("status").put("phase", name.equals("ended") ? "Succeeded" : "Running");
      spec.putArray("containers").addObject().put("name", "main");
      if (name.equals("two")) {
        spec.withArray("/containers").addObject().put("name", "side");
      }
      return Optional.of(object);
    }

    @Override
    public List<ObjectNode> list(Resource resource, String namespace) {
      return List.of();
    }

    @Override
    public void subscribe(Resource resource, ObjectListener listener) {}
  }

  private HttpResponse<String> get(String target) throws Exception {
    try (HttpClient client = server.client(HttpClient.Version.HTTP_2)) {
      return client.send(
          HttpRequest.newBuilder(server.uri(target)).header("Authorization", "Bearer t").build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void log_ofAPod_passesQueryAndHidesTheToken() throws Exception {
    HttpResponse<String> answer =
        get("/api/v1/namespaces/default/pods/counter/log?follow=true&tailLines=5&pretty=1");
    assertEquals("fine", answer.body());
    assertEquals(
        "GET /containerLogs/default/counter/main?follow=true&tailLines=5", kubeletSaw.take());
  }

  @Test
  void log_large_arrivesWhole() throws Exception {
    assertEquals(LOG_BYTES, get("/api/v1/namespaces/default/pods/big/log").body().length());
  }

  @Test
  void log_errorOfTheKubelet_isAStatus() throws Exception {
    HttpResponse<String> answer = get("/api/v1/namespaces/default/pods/waiting/log");
    assertEquals(400, answer.statusCode());
    assertTrue(answer.body().contains("\"message\":\"it waits\""), answer.body());
  }

  @Test
  void refusals_sayWhatIsWrong() throws Exception {
    String pods = "/api/v1/namespaces/default/pods/";
    assertEquals(404, get(pods + "absent/log").statusCode());
    assertEquals("", get(pods + "nowhere/log").body());
    assertTrue(get(pods + "nowhere/exec").body().contains("does not have a host assigned"));
    assertTrue(get(pods + "counter/exec").body().contains("Upgrade request required"));
    assertTrue(get(pods + "ended/exec").body().contains("does not run any more"));
    assertEquals(503, get(pods + "lost/log").statusCode());
    assertTrue(get(pods + "two/log").body().contains("choose one of: [main side]"));
    assertTrue(get(pods + "two/log?container=x").body().contains("container x is not valid"));
    assertTrue(get(pods + "lost/log").body().contains("error dialing backend"));
  }

  @Test
  void nodeProxy_passesPathAndQuery() throws Exception {
    assertEquals("fine", get("/api/v1/nodes/node-1/proxy/stats/summary?a=b").body());
    assertEquals("GET /stats/summary?a=b", kubeletSaw.take());
  }

  @Test
  void upgrade_toAServerThatSpeaksFirst_losesNothing() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (SSLSocket socket = server.connect()) {
        EdgeFixture.send(
            socket,
            "GET /api/v1/nodes/node-1/proxy/greeting HTTP/1.1\r\nHost: x\r\n"
                + "Connection: Upgrade\r\nUpgrade: greeting\r\n\r\n");
        String all = EdgeFixture.readUntil(socket, "first!");
        assertTrue(all.startsWith("HTTP/1.1 101 "), all);
        assertTrue(all.endsWith("the server speaks first!"), all);
      }
    }
  }

  @Test
  void log_overWebSocket_comesInBinaryMessages() throws Exception {
    try (SSLSocket socket = server.connect()) {
      EdgeFixture.send(
          socket,
          "GET /api/v1/namespaces/default/pods/counter/log HTTP/1.1\r\nHost: x\r\n"
              + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              + "Sec-WebSocket-Protocol: binary.k8s.io\r\n\r\n");
      String all = EdgeFixture.readUntil(socket, "fine");
      assertTrue(all.contains("binary.k8s.io"), all);
      assertTrue(all.contains("\4fine"), all);
    }
    assertEquals("GET /containerLogs/default/counter/main", kubeletSaw.take());
  }

  @Test
  void proxy_withoutPath_isRedirectedToTheSlash() throws Exception {
    HttpResponse<String> answer = get("/api/v1/nodes/node-1/proxy?a=b");
    assertEquals(301, answer.statusCode());
    assertEquals(
        "/api/v1/nodes/node-1/proxy/?a=b", answer.headers().firstValue("Location").orElseThrow());
  }

  @Test
  void exec_upgrade_becomesAPipe() throws Exception {
    try (SSLSocket socket = server.connect()) {
      EdgeFixture.send(
          socket,
          "POST /api/v1/namespaces/default/pods/counter/exec?command=ls&command=-l&stdout=1"
              + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
              + "Authorization: Bearer t\r\nContent-Length: 0\r\n\r\n");
      String head = EdgeFixture.readUntil(socket, "\r\n\r\n");
      assertTrue(head.startsWith("HTTP/1.1 101 "), head);
      assertTrue(head.toLowerCase(java.util.Locale.ROOT).contains("upgrade: spdy/3.1"), head);
      assertEquals(
          "POST /exec/default/counter/main?output=1&command=ls&command=-l", kubeletSaw.take());
      String text = HexFormat.of().formatHex(new byte[100_000]);
      EdgeFixture.send(socket, text);
      EdgeFixture.send(socket, "end!");
      String echoed = EdgeFixture.readUntil(socket, "never");
      assertEquals(text.length() + 4, echoed.length());
    }
  }

  @Test
  void kubelet_withAnotherNodesCertificate_isNotSpokenTo() throws Exception {
    agent.close();
    kubelet.close();
    while (tunnels.nodes().contains(NODE)) {
      Thread.onSpinWait();
    }
    start("node-2");
    HttpResponse<String> answer = get("/api/v1/namespaces/default/pods/counter/log");
    assertEquals(503, answer.statusCode());
    assertTrue(answer.body().contains("certificate of another node"), answer.body());
    assertTrue(kubeletSaw.isEmpty());
  }
}
