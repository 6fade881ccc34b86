package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.SecurityRealm;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.Discovery;
import dev.wherry.apiserver.http.RequestHandler;
import dev.wherry.apiserver.openapi.OpenApi;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.model.schema.Schema;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.store.Store;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The HTTP face, wired. */
public record Rest(RequestHandler handler) {
  public static Rest over(
      SecurityRealm realm,
      Registry registry,
      WatchCache cache,
      Store store,
      ServerPki pki,
      TunnelRegistry tunnels,
      InstantSource clock,
      RandomGenerator random) {
    Answers answers = new Answers(clock);
    Lists lists = new Lists(cache, store, answers);
    Bodies bodies = new Bodies(Map.of());
    ApiCatalog catalog = registry.kinds();
    SystemPaths paths =
        new SystemPaths(
            new Discovery(catalog, "kubernetes.default.svc:443"),
            () -> new OpenApi(catalog, Schema.builtin(), Version.GIT_VERSION),
            realm.tokens(),
            pki.serviceAccountKeys().getPublic(),
            Pem.certificates(java.util.List.of(pki.authority().certificate())),
            Map.of("store", () -> store.currentRevision() >= 0),
            (exchange, user) -> {
              throw unreachable();
            });
    return new Rest(
        new ApiHandler(
            realm,
            registry.kinds(),
            cache,
            paths,
            lists,
            new Watches(cache, answers, random),
            new Writes(
                registry,
                new Virtual(realm, clock),
                new Patches(Schema.builtin()),
                lists,
                bodies,
                answers),
            answers,
            (exchange, user, info, asked) -> {
              throw unreachable();
            }));
  }

  private static ApiException unreachable() {
    return new ApiException(Reason.SERVICE_UNAVAILABLE, "nodes cannot be reached yet");
  }
}
