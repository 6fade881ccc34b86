package dev.wherry.network.ingress.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateAuthority;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.network.ingress.route.Filters;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

class Http2AndTlsTest {
  private static final CertificateAuthority AUTHORITY =
      CertificateAuthority.create(
          "test", Duration.ofDays(1), Clock.systemUTC(), new SecureRandom());

  private static TlsIdentity identity(String host) {
    return AUTHORITY.issue(
        Subject.of(host),
        AlternativeNames.of(List.of(host, "localhost")),
        CertificateUse.SERVER,
        Duration.ofHours(1));
  }

  private static SSLContext trust() {
    return TlsContexts.trusting(List.of(AUTHORITY.certificate()));
  }

  @Test
  void tls_bySni_showsTheHostsCertificateAndItsSuccessor() throws Exception {
    try (TestBackend backend = TestBackend.saying("ok");
        TestProxy proxy = TestProxy.to(backend.address())) {
      TlsIdentity first = identity("a.test");
      TlsIdentity second = identity("a.test");
      proxy.certificates().put("ns/a", first);

      assertEquals(first.leaf(), shown(proxy, "a.test"));
      assertEquals(
          "CN=Wherry ingress default certificate",
          shown(proxy, "other.test").getSubjectX500Principal().getName());

      try (RawClient open = new RawClient(tlsSocket(proxy, "a.test"))) {
        assertEquals(200, open.get("/").status());
        proxy.certificates().put("ns/a", second);

        assertEquals(second.leaf(), shown(proxy, "a.test"));
        assertEquals(200, open.get("/").status());
        assertEquals("https", backend.last().header("x-forwarded-proto"));
      }
    }
  }

  private static X509Certificate shown(TestProxy proxy, String host) throws Exception {
    try (SSLSocket socket = tlsSocket(proxy, host)) {
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static SSLSocket tlsSocket(TestProxy proxy, String host) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new javax.net.ssl.TrustManager[] {new Trusting()}, null);
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), proxy.tlsPort());
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, host, proxy.tlsPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(host)));
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /** Looks at certificates instead of judging them. */
  private static final class Trusting extends javax.net.ssl.X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  @Test
  void tls_olderThan12_isRefused() throws Exception {
    try (TestProxy proxy = TestProxy.to()) {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new javax.net.ssl.TrustManager[] {new Trusting()}, null);
      try (SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(InetAddress.getLoopbackAddress(), proxy.tlsPort())) {
        socket.setEnabledProtocols(new String[] {"TLSv1.1"});
        assertThrows(IOException.class, socket::startHandshake);
      }
    }
  }

  @Test
  void http2_manyAtOnceWithBodies_areAllAnswered() throws Exception {
    try (TestBackend backend =
            TestBackend.start((r, s) -> TestBackend.answer(s, r.line() + " " + r.body().length));
        TestProxy proxy = TestProxy.to(backend.address());
        HttpClient client =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(trust())
                .build()) {
      proxy.certificates().put("ns/a", identity("a.test"));
      proxy.serve(Filters.NONE, proxy.backend("all", false, backend.address()));
      // Names the certificate is for are what the client checks: it connects by localhost.
      proxy.certificates().put("ns/local", identity("localhost"));
      serveLocalhost(proxy);
      byte[] body = new byte[200_000];
      List<java.util.concurrent.CompletableFuture<HttpResponse<String>>> answers =
          java.util.stream.IntStream.range(0, 30)
              .mapToObj(i ->
                  client.sendAsync(
                      HttpRequest.newBuilder(
                              URI.create("https://localhost:" + proxy.tlsPort() + "/" + i))
                          .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                          .build(),
                      HttpResponse.BodyHandlers.ofString()))
              .toList();
      for (int i = 0; i < answers.size(); i++) {
        HttpResponse<String> answer =
            answers.get(i).get(120, java.util.concurrent.TimeUnit.SECONDS);
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
        assertEquals("POST /" + i + " HTTP/1.1 200000", answer.body());
      }
    }
  }

  private static void serveLocalhost(TestProxy proxy) throws InterruptedException {
    var key = new dev.wherry.network.ingress.route.BackendKey("ns", "all", "", false);
    var any = dev.wherry.network.ingress.route.HostPattern.ANY;
    var route =
        TestProxy.route(
            dev.wherry.network.ingress.route.PathMatch.Prefix.ALL,
            Filters.NONE,
            TestProxy.forward(key));
    proxy
        .server()
        .apply(
            new dev.wherry.network.ingress.route.RouteTable.Builder()
                .listen(TestProxy.TLS, true, any)
                .certificate(
                    TestProxy.TLS,
                    dev.wherry.network.ingress.route.HostPattern.ofIngress("localhost"),
                    "ns/local")
                .certificate(TestProxy.TLS, any, "ns/local")
                .add(TestProxy.TLS, any, route)
                .build());
  }

  private static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private static MethodDescriptor<String, String> method(
      String name, MethodDescriptor.MethodType type) {
    return MethodDescriptor.<String, String>newBuilder()
        .setFullMethodName("test.Greeter/" + name)
        .setType(type)
        .setRequestMarshaller(TEXT)
        .setResponseMarshaller(TEXT)
        .build();
  }

  @Test
  void grpc_callsStreamsAndStatuses_passThrough() throws Exception {
    var hello = method("Hello", MethodDescriptor.MethodType.UNARY);
    var count = method("Count", MethodDescriptor.MethodType.SERVER_STREAMING);
    var fail = method("Fail", MethodDescriptor.MethodType.UNARY);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("test.Greeter")
                    .addMethod(
                        hello,
                        ServerCalls.asyncUnaryCall((name, out) -> {
                          out.onNext("hello " + name);
                          out.onCompleted();
                        }))
                    .addMethod(
                        count,
                        ServerCalls.asyncServerStreamingCall((to, out) -> {
                          for (int i = 0; i < Integer.parseInt(to); i++) {
                            out.onNext("x".repeat(1_000) + i);
                          }
                          out.onCompleted();
                        }))
                    .addMethod(
                        fail,
                        ServerCalls.asyncUnaryCall((name, out) ->
                            out.onError(
                                Status.NOT_FOUND
                                    .withDescription("no " + name)
                                    .asRuntimeException())))
                    .build())
            .build()
            .start();
    ManagedChannel channel = null;
    try (TestProxy proxy = TestProxy.start()) {
      proxy.serve(
          Filters.NONE,
          proxy.backend(
              "g",
              true,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort())));
      channel = NettyChannelBuilder.forAddress("127.0.0.1", proxy.port()).usePlaintext().build();
      ManagedChannel open = channel;

      assertEquals(
          "hello you", ClientCalls.blockingUnaryCall(open, hello, CallOptions.DEFAULT, "you"));
      int received = 0;
      var answers =
          ClientCalls.blockingServerStreamingCall(open, count, CallOptions.DEFAULT, "1000");
      while (answers.hasNext()) {
        assertTrue(answers.next().endsWith("x" + received));
        received++;
      }
      assertEquals(1_000, received);
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () -> ClientCalls.blockingUnaryCall(open, fail, CallOptions.DEFAULT, "one"));
      assertEquals(Status.Code.NOT_FOUND, failure.getStatus().getCode());
      assertEquals("no one", failure.getStatus().getDescription());
    } finally {
      if (channel != null) {
        channel.shutdownNow();
      }
      server.shutdownNow();
    }
  }
}
