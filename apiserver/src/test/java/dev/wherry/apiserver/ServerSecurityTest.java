package dev.wherry.apiserver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerSecurityTest {
  @TempDir Path data;

  @Test
  void request_byCertificateOrNone_isJudged() throws Exception {
    try (var store = RocksStore.open(data.resolve("db"), RocksStoreConfig.defaults());
        ApiServer server =
            ApiServer.start(
                ApiServerConfig.in(data, new InetSocketAddress("127.0.0.1", 0), List.of()),
                store,
                InstantSource.system(),
                UUID::randomUUID,
                new SecureRandom())) {
      var ca = List.of(server.pki().authority().certificate());
      SSLContext admin = TlsContexts.mutual(() -> server.pki().identity(ServerPki.Leaf.ADMIN), ca);
      SSLContext scheduler =
          TlsContexts.mutual(() -> server.pki().identity(ServerPki.Leaf.SCHEDULER), ca);
      SSLContext nobody = TlsContexts.trusting(ca);
      String roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node";
      assertTrue(get(server, admin, roles).body().contains("resourceslices"));
      assertEquals(200, get(server, scheduler, "/api/v1/pods").statusCode());
      assertEquals(403, get(server, scheduler, "/api/v1/secrets").statusCode());
      assertEquals(401, get(server, nobody, "/api/v1/pods").statusCode());
      assertEquals(200, get(server, nobody, "/version").statusCode());
    }
  }

  private static HttpResponse<String> get(ApiServer server, SSLContext tls, String path)
      throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
      URI uri = URI.create("https://127.0.0.1:" + server.port() + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
