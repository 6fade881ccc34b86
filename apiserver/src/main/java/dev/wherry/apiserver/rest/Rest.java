package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.SecurityRealm;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.audit.AuditLog;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.ResourceCache;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.apiserver.discovery.ApiCatalog;
import dev.wherry.apiserver.discovery.Discovery;
import dev.wherry.apiserver.fairness.FlowControl;
import dev.wherry.apiserver.http.RequestHandler;
import dev.wherry.apiserver.openapi.ForeignDocuments;
import dev.wherry.apiserver.openapi.OpenApi;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.proxy.PodStreams;
import dev.wherry.apiserver.proxy.TunnelRoute;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.view.CacheView;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.schema.Protobuf;
import dev.wherry.model.schema.Schema;
import dev.wherry.store.Store;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * The API's two faces, wired.
 *
 * @param handler answers HTTP
 * @param clients for components in this process, by identity
 */
public record Rest(RequestHandler handler, Function<UserInfo, ApiClient> clients) {
  private static final String SERVER_ADDRESS = "kubernetes.default.svc:443";

  public static Rest over(
      SecurityRealm realm,
      int seats,
      Aggregator aggregator,
      Optional<AuditLog> audit,
      Registry registry,
      Conversions conversions,
      CustomForms forms,
      WatchCache cache,
      Store store,
      ServerPki pki,
      TunnelRegistry tunnels,
      InstantSource clock,
      RandomGenerator random) {
    Answers answers = new Answers(registry.kinds(), clock);
    Lists lists = new Lists(cache, store, answers, conversions);
    KindRoutes kinds = new KindRoutes(registry.kinds());
    FlowControl flows =
        FlowControl.following(new CacheView(cache), seats, new SeatsAsked(kinds, cache));
    Metrics metrics = metrics(cache, flows);
    audit.ifPresent(log ->
        metrics.counter(
            "apiserver_audit_error_total",
            "Audit events that were lost.",
            () -> Map.of("plugin=\"log\"", (double) log.lost())));
    SslContext kubeletTls = kubeletTls(pki);
    PodStreams streams = PodStreams.over(new CacheView(cache), tunnels, () -> kubeletTls, random);
    Bodies bodies =
        new Bodies(
            Map.of(
                "application/vnd.kubernetes.protobuf",
                body -> new Json.Parsed(Protobuf.decode(body), List.of()),
                "application/yaml",
                Yaml::parse),
            Schema.builtin(),
            forms);
    ApiCatalog catalog = registry.kinds();
    Discovery discovery = new Discovery(catalog, SERVER_ADDRESS);
    Watches watches = new Watches(cache, answers, conversions, random);
    Patches patches = new Patches(Schema.builtin(), forms);
    Writes writes = new Writes(registry, new Virtual(realm, clock), patches, lists, conversions);
    InProcessCalls calls =
        new InProcessCalls(
            new Gate(realm.authorizer()),
            kinds,
            cache,
            lists,
            watches,
            writes,
            patches,
            conversions,
            discovery,
            metrics);
    SystemPaths paths =
        new SystemPaths(
            new Discovery(aggregator.catalog(catalog), SERVER_ADDRESS),
            openApi(registry.kinds(), aggregator),
            realm.tokens(),
            pki.serviceAccountKeys().getPublic(),
            Pem.certificates(List.of(pki.authority().certificate())),
            Map.of("store", () -> store.currentRevision() >= 0),
            metrics,
            new TunnelRoute(tunnels)::accept);
    return new Rest(
        new ApiHandler(
            realm,
            flows,
            aggregator,
            audit,
            kinds,
            cache,
            paths,
            lists,
            watches,
            new WriteEndpoints(writes, patches, bodies, answers, new Gate(realm.authorizer())),
            answers,
            new Connects(new Gate(realm.authorizer()), realm.admission(), streams),
            metrics,
            new ComponentStatuses(Map.of("etcd-0", () -> store.currentRevision() >= 0), answers),
            conversions),
        user -> new InProcessApiClient(user, calls));
  }

  /** Made when first asked for, once: the descriptions are large and few clients want them. */
  private static Supplier<OpenApi> openApi(KindRegistry kinds, ForeignDocuments foreign) {
    Map<String, OpenApi> made = new ConcurrentHashMap<>();
    return () ->
        made.computeIfAbsent(
            Version.GIT_VERSION, v -> new OpenApi(kinds, Schema.builtin(), kinds, foreign, v));
  }

  /** TLS towards kubelets, under the certificate that is current at each connection. */
  private static SslContext kubeletTls(ServerPki pki) {
    return new JdkSslContext(
        TlsContexts.mutual(
            () -> pki.identity(ServerPki.Leaf.KUBELET_CLIENT),
            List.of(pki.authority().certificate())),
        true,
        ClientAuth.NONE);
  }

  private static Metrics metrics(WatchCache cache, FlowControl flows) {
    Metrics metrics = new Metrics();
    metrics.gauge(
        "apiserver_storage_objects",
        "Objects by resource.",
        () -> counts(cache, ResourceCache::size));
    metrics.gauge(
        "apiserver_registered_watchers",
        "Watches under way by resource.",
        () -> counts(cache, ResourceCache::watcherCount));
    metrics.gauge(
        "apiserver_watch_cache_resource_version",
        "Revision that the cache has reached.",
        () -> Map.of("", (double) cache.applied()));
    metrics.gauge(
        "apiserver_flowcontrol_nominal_limit_seats",
        "Seats of each priority level.",
        () -> flows.byLevel(FlowControl.Count.SEATS));
    metrics.gauge(
        "apiserver_flowcontrol_current_executing_seats",
        "Seats in use by priority level.",
        () -> flows.byLevel(FlowControl.Count.SEATS_IN_USE));
    metrics.gauge(
        "apiserver_flowcontrol_current_inqueue_requests",
        "Requests that wait by priority level.",
        () -> flows.byLevel(FlowControl.Count.WAITING));
    metrics.counter(
        "apiserver_flowcontrol_rejected_requests_total",
        "Requests that were refused by priority level.",
        () -> flows.byLevel(FlowControl.Count.REJECTED));
    return metrics;
  }

  private static Map<String, Double> counts(WatchCache cache, ToIntFunction<ResourceCache> count) {
    Map<String, Double> counts = new HashMap<>();
    cache
        .all()
        .forEach((resource, one) ->
            counts.put("resource=\"" + resource + "\"", (double) count.applyAsInt(one)));
    return counts;
  }
}
