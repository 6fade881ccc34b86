package dev.wherry.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.bootstrap.AddressRepair;
import dev.wherry.apiserver.bootstrap.Bootstrap;
import dev.wherry.apiserver.bootstrap.ExtensionAuthentication;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.apiserver.customresource.CustomKinds;
import dev.wherry.apiserver.customresource.CustomRules;
import dev.wherry.apiserver.customresource.WebhookConverter;
import dev.wherry.apiserver.definition.DefinitionController;
import dev.wherry.apiserver.definition.DefinitionServices;
import dev.wherry.apiserver.fairness.FlowUpkeep;
import dev.wherry.apiserver.http.HttpEdge;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.pki.ServerPkiConfig;
import dev.wherry.apiserver.pki.ServerTls;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.proxy.ServiceProxy;
import dev.wherry.apiserver.registry.EventExpiry;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.registry.RegistryForms;
import dev.wherry.apiserver.rest.Rest;
import dev.wherry.apiserver.token.TokenConfig;
import dev.wherry.apiserver.validation.BuiltInRules;
import dev.wherry.apiserver.view.CacheView;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.webhook.WebhookClient;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.queue.QueueFigures;
import dev.wherry.store.Store;
import dev.wherry.streaming.tunnel.NodeDialer;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The API server: everything it is made of, in the order it starts. */
public final class ApiServer implements AutoCloseable {
  private final InetSocketAddress listen;
  private final ServerPki pki;
  private final WatchCache cache;
  private final HttpEdge edge;
  private final TunnelRegistry tunnels;
  private final Rest rest;
  private final List<Runnable> followers;

  private ApiServer(
      InetSocketAddress listen,
      ServerPki pki,
      WatchCache cache,
      HttpEdge edge,
      TunnelRegistry tunnels,
      Rest rest,
      List<Runnable> followers) {
    this.followers = followers;
    this.listen = listen;
    this.pki = pki;
    this.cache = cache;
    this.edge = edge;
    this.tunnels = tunnels;
    this.rest = rest;
  }

  /**
   * Starts over a store that the caller closes after this server.
   *
   * @param uids of new objects
   */
  public static ApiServer start(
      ApiServerConfig config,
      Store store,
      InstantSource clock,
      Supplier<UUID> uids,
      SecureRandom random)
      throws InterruptedException {
    ServerPki pki = pki(config, clock, random);
    Protection protection = Protection.open(config, clock, uids, random);
    WatchCache cache = filled(store, protection);
    CacheView view = new CacheView(cache);
    CustomKinds custom = new CustomKinds(cache);
    TunnelRegistry tunnels = new TunnelRegistry();
    ServiceCalls services = new ServiceCalls(view, tunnels, tunnels::nodes, random);
    WebhookClient webhooks = new WebhookClient(services);
    CustomForms forms = new CustomForms(custom, new WebhookConverter(webhooks, uids));
    Conversions conversions = new Conversions(forms);
    KindRegistry kinds = new KindRegistry(custom);
    CustomRules rules = new CustomRules(custom, new BuiltInRules(clock));
    RegistryForms shapes = new RegistryForms(kinds, conversions, forms, rules);
    LateAdmission late = new LateAdmission(view, cache, shapes, webhooks, uids, clock);
    SecurityRealm realm = realm(view, config.choices(), protection, pki, clock, random, late);
    Registry registry =
        Registry.on(
            kinds,
            new Registry.Ground(
                store,
                cache,
                protection.transformer(),
                config.services(),
                conversions,
                rules,
                realm.admission(),
                clock,
                uids,
                random));
    RegistryWriter writer = bootstrap(registry, cache, pki, late);
    Aggregator others = aggregator(view, registry, services, tunnels, pki, writer, clock, random);
    Rest rest =
        Rest.over(
            new Rest.Ground(
                realm,
                config.limits().inFlightMax(),
                others,
                protection,
                registry,
                conversions,
                forms,
                cache,
                store,
                pki,
                tunnels,
                clock,
                random));
    protection.follow(store);
    HttpEdge edge = edge(config, pki, rest);
    List<Runnable> followers =
        List.of(
            late::close,
            new DefinitionController(cache, registry, custom, superuser(), clock)::close,
            new DefinitionServices(custom, view, writer)::close,
            new FlowUpkeep(view, writer, clock)::close,
            EventExpiry.start(store, cache, config.choices().eventsKept(), clock)::close,
            others::close,
            custom::close,
            webhooks::close,
            protection::close);
    return new ApiServer(config.listen(), pki, cache, edge, tunnels, rest, followers);
  }

  private static WatchCache filled(Store store, Protection protection) {
    WatchCache cache = new WatchCache(store, protection.transformer());
    cache.start();
    return cache;
  }

  private static ServerPki pki(ApiServerConfig config, InstantSource clock, SecureRandom random) {
    List<String> hosts = new ArrayList<>(config.hosts());
    hosts.add(config.services().getFirst().at(1));
    return ServerPki.open(
        config.dataDirectory().resolve("pki"), ServerPkiConfig.withHosts(hosts), clock, random);
  }

  private static SecurityRealm realm(
      CacheView view,
      ApiChoices choices,
      Protection protection,
      ServerPki pki,
      InstantSource clock,
      SecureRandom random,
      LateAdmission late) {
    return SecurityRealm.over(
        view,
        choices,
        protection,
        List.of(pki.authority().certificate()),
        pki.serviceAccountKeys(),
        TokenConfig.defaults(),
        clock,
        random,
        late::plugins);
  }

  private static RegistryWriter bootstrap(
      Registry registry, WatchCache cache, ServerPki pki, LateAdmission late) {
    RegistryWriter writer = new RegistryWriter(registry, cache, superuser());
    new Bootstrap(writer).run();
    AddressRepair.run(writer, cache);
    ExtensionAuthentication.publish(
        writer, pki.authority().certificatePem(), pki.frontProxyAuthority().certificatePem());
    late.follow(registry, superuser());
    return writer;
  }

  private static Aggregator aggregator(
      ObjectView view,
      Registry registry,
      ServiceCalls services,
      TunnelRegistry tunnels,
      ServerPki pki,
      RegistryWriter writer,
      InstantSource clock,
      SecureRandom random) {
    return Aggregator.following(
        view,
        registry.kinds()::isBuiltIn,
        services,
        new ServiceProxy(view, tunnels, tunnels::nodes, random),
        () -> pki.identity(ServerPki.Leaf.FRONT_PROXY_CLIENT),
        (name, status) -> writer.setStatus(Aggregator.API_SERVICES, name, status),
        clock,
        random);
  }

  private static HttpEdge edge(ApiServerConfig config, ServerPki pki, Rest rest)
      throws InterruptedException {
    return HttpEdge.start(
        config.limits(), new ServerTls(pki, config.tlsMinimum()), rest.handler(), config.listen());
  }

  private static UserInfo superuser() {
    return UserInfo.of("system:apiserver", UserInfo.MASTERS);
  }

  /**
   * The API for a component in this process, without a connection. The identity is checked as any
   * other; objects are the watch cache's own.
   *
   * @param user such as {@code UserInfo.of("system:kube-scheduler")}
   */
  public ApiClient clientFor(UserInfo user) {
    return rest.clients().apply(user);
  }

  /**
   * Who answers {@code pods/NAME/why}.
   *
   * @param why makes the answer from a pod, {@code fit} that from a stack of pods
   */
  public void explainPods(UnaryOperator<ObjectNode> why, UnaryOperator<ObjectNode> fit) {
    rest.explanations().by(why, fit);
  }

  /** Whose queues of keys the metrics page tells of, by name. */
  public void showQueues(Supplier<Map<String, QueueFigures>> queues) {
    rest.metrics().queues(queues);
  }

  public int port() {
    return edge.port();
  }

  /** Where clients on this machine reach it. */
  public URI url() {
    return ApiServerConfig.url(listen, port());
  }

  /** Opens streams to the nodes whose agents are connected. */
  public NodeDialer nodes() {
    return tunnels;
  }

  /** Certificates and keys of the cluster, for the components beside the server. */
  public ServerPki pki() {
    return pki;
  }

  @Override
  public void close() {
    edge.close();
    followers.forEach(Runnable::run);
    tunnels.close();
    cache.close();
  }
}
