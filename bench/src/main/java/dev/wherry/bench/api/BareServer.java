package dev.wherry.bench.api;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.ApiServerConfig;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.model.core.v1.ServiceAccount;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.store.Store;
import dev.wherry.store.rocks.RocksStore;
import dev.wherry.store.rocks.RocksStoreConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/**
 * An API server over a durable store, with RBAC, and nothing beside it: what upstream's generic
 * server over etcd is compared with. Ends with its standard input.
 *
 * <p>Argument: an empty folder. Prints the port; the folder then holds {@code ca.crt}, {@code
 * admin.crt} and {@code admin.key}.
 */
public final class BareServer {
  private BareServer() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    int port = args.length > 1 ? Integer.parseInt(args[1]) : 0;
    try (Store store = RocksStore.open(folder.resolve("store"), RocksStoreConfig.defaults());
        ApiServer server = start(folder, store, port)) {
      Files.writeString(
          folder.resolve("ca.crt"),
          Pem.certificates(List.of(server.pki().authority().certificate())));
      server
          .pki()
          .identity(ServerPki.Leaf.ADMIN)
          .write(folder.resolve("admin.crt"), folder.resolve("admin.key"));
      System.out.println(server.port());
      while (System.in.read() >= 0) {
        // Whoever started this holds the other end.
      }
    }
  }

  /** Starts a server in which pods can be made. */
  public static ApiServer start(Path folder, Store store, int port) throws InterruptedException {
    ApiServer server =
        ApiServer.start(
            ApiServerConfig.in(
                folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), List.of()),
            store,
            InstantSource.system(),
            UUID::randomUUID,
            new SecureRandom());
    ApiClient admin = server.clientFor(UserInfo.of("bench", UserInfo.MASTERS));
    ObjectMeta name = ObjectMeta.builder().namespace("default").name("default").build();
    admin.create(ServiceAccount.KIND, ServiceAccount.builder().metadata(name).build());
    return server;
  }
}
