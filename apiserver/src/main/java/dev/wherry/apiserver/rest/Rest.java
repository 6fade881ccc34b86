package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.Protection;
import dev.wherry.apiserver.SecurityRealm;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.apiserver.discovery.Discovery;
import dev.wherry.apiserver.fairness.FlowControl;
import dev.wherry.apiserver.http.RequestHandler;
import dev.wherry.apiserver.metrics.MetricsApi;
import dev.wherry.apiserver.metrics.MetricsCatalog;
import dev.wherry.apiserver.metrics.MetricsKinds;
import dev.wherry.apiserver.metrics.NodeWindows;
import dev.wherry.apiserver.openapi.ForeignDocuments;
import dev.wherry.apiserver.openapi.OpenApi;
import dev.wherry.apiserver.pki.ClientTls;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.proxy.NodeCalls;
import dev.wherry.apiserver.proxy.PodStreams;
import dev.wherry.apiserver.proxy.TunnelRoute;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.view.CacheView;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.HttpApiClient;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.schema.Protobuf;
import dev.wherry.model.schema.Schema;
import dev.wherry.store.Store;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The API's two faces, wired.
 *
 * @param handler answers HTTP
 * @param clients for components in this process, by identity
 * @param explanations of where pods can go
 * @param metrics what is counted
 */
public record Rest(
    RequestHandler handler,
    Function<UserInfo, ApiClient> clients,
    PodExplanations explanations,
    Metrics metrics) {
  private static final String SERVER_ADDRESS = "kubernetes.default.svc:443";

  /** Where kubelets tell CPU and memory. */
  private static final String FIGURES_PATH = "/metrics/resource";

  /** Until a kubelet has told them; metrics-server waits as long. */
  private static final Duration FIGURES_TIMEOUT = Duration.ofSeconds(10);

  /**
   * What the faces stand on.
   *
   * @param seats requests that are worked on at a time
   */
  public record Ground(
      SecurityRealm realm,
      int seats,
      Aggregator aggregator,
      Protection protection,
      Registry registry,
      Conversions conversions,
      CustomForms forms,
      WatchCache cache,
      Store store,
      ServerPki pki,
      TunnelRegistry tunnels,
      InstantSource clock,
      RandomGenerator random) {
    private Gate gate() {
      return new Gate(realm.authorizer());
    }

    /** Our own groups, and figures unless another server has them. */
    private MetricsCatalog catalog() {
      KindRegistry kinds = registry.kinds();
      return new MetricsCatalog(
          kinds, kinds, () -> aggregator.remote(MetricsKinds.PATH).isPresent());
    }

    private boolean storeAnswers() {
      return store.currentRevision() >= 0;
    }
  }

  public static Rest over(Ground on) {
    KindRegistry registered = on.registry().kinds();
    WatchCache cache = on.cache();
    Answers answers = new Answers(registered, on.clock());
    Lists lists = new Lists(cache, on.store(), answers, on.conversions());
    KindRoutes kinds = new KindRoutes(registered);
    FlowControl flows =
        FlowControl.following(new CacheView(cache), on.seats(), new SeatsAsked(kinds, cache));
    Metrics metrics =
        ServerMetrics.of(
            cache, flows, on.aggregator(), on.protection(), on.realm().clientCertificates());
    Watches watches = new Watches(cache, answers, on.conversions(), on.random());
    Patches patches = new Patches(Schema.builtin(), on.forms());
    Writes writes =
        new Writes(
            on.registry(), new Virtual(on.realm(), on.clock()), patches, lists, on.conversions());
    Supplier<SslContext> kubeletTls = kubeletTls(on.pki());
    NodeCalls kubelets = new NodeCalls(on.tunnels(), kubeletTls);
    MetricsEndpoints figures = new MetricsEndpoints(figures(on, kubelets), answers);
    PodExplanations explanations = new PodExplanations(cache);
    MetricsCatalog catalog = on.catalog();
    Discovery discovery = new Discovery(on.aggregator().catalog(catalog), SERVER_ADDRESS);
    InProcessCalls calls =
        new InProcessCalls(
            on.gate(),
            kinds,
            cache,
            lists,
            watches,
            writes,
            patches,
            on.conversions(),
            discovery,
            on.aggregator(),
            figures,
            kubelets,
            metrics);
    return new Rest(
        new ApiHandler(
            on.realm(),
            flows,
            on.aggregator(),
            on.protection().audit(),
            kinds,
            cache,
            paths(on, discovery, catalog, metrics),
            lists,
            watches,
            new WriteEndpoints(writes, patches, bodies(on.forms()), answers, on.gate()),
            answers,
            new Connects(on.gate(), on.realm().admission(), streams(on, kubeletTls)),
            metrics,
            new ComponentStatuses(Map.of("etcd-0", on::storeAnswers), answers),
            figures,
            explanations,
            on.conversions()),
        user -> client(on, user, calls),
        explanations,
        metrics);
  }

  private static ApiClient client(Ground on, UserInfo user, InProcessCalls calls) {
    return new AggregatedApiClient(
        new InProcessApiClient(user, calls),
        new HttpApiClient(new RemoteTransport(user, on.gate(), on.aggregator())),
        on.aggregator());
  }

  /** Figures of nodes and pods, read from the kubelets when somebody asks. */
  private static MetricsApi figures(Ground on, NodeCalls kubelets) {
    Semaphore never = new Semaphore(0);
    return new MetricsApi(
        on.cache(),
        new NodeWindows(
            node -> kubelets.get(node, FIGURES_PATH, FIGURES_TIMEOUT),
            on.tunnels()::nodes,
            on.clock(),
            time -> {
              boolean _ = never.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS);
            }),
        on.clock());
  }

  private static PodStreams streams(Ground on, Supplier<SslContext> kubeletTls) {
    return PodStreams.over(new CacheView(on.cache()), on.tunnels(), kubeletTls, on.random());
  }

  private static Bodies bodies(CustomForms forms) {
    return new Bodies(
        Map.of(
            "application/vnd.kubernetes.protobuf",
            body -> new Json.Parsed(Protobuf.decode(body), List.of()),
            "application/yaml",
            Yaml::parse),
        Schema.builtin(),
        forms);
  }

  private static SystemPaths paths(
      Ground on, Discovery discovery, MetricsCatalog kinds, Metrics metrics) {
    return new SystemPaths(
        discovery,
        openApi(kinds, on.aggregator()),
        on.realm().tokens(),
        on.pki().serviceAccountKeys().getPublic(),
        Pem.certificates(List.of(on.pki().authority().certificate())),
        new HealthChecks(
            StartChecks.living(on.cache(), on::storeAnswers),
            StartChecks.ready(
                on.cache(),
                on.store()::currentRevision,
                on::storeAnswers,
                on.protection().readyChecks())),
        metrics,
        new TunnelRoute(on.tunnels())::accept);
  }

  /** Made when first asked for, once: the descriptions are large and few clients want them. */
  private static Supplier<OpenApi> openApi(MetricsCatalog kinds, ForeignDocuments foreign) {
    Map<String, OpenApi> made = new ConcurrentHashMap<>();
    return () ->
        made.computeIfAbsent(
            Version.GIT_VERSION, v -> new OpenApi(kinds, Schema.builtin(), kinds, foreign, v));
  }

  /** TLS towards kubelets, under the certificate that is current at each connection. */
  private static Supplier<SslContext> kubeletTls(ServerPki pki) {
    return ClientTls.onFirstUse(() ->
        TlsContexts.mutual(
            () -> pki.identity(ServerPki.Leaf.KUBELET_CLIENT),
            List.of(pki.authority().certificate())));
  }
}
