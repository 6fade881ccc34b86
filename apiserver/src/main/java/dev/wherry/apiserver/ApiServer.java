package dev.wherry.apiserver;

import dev.wherry.apiserver.aggregation.Aggregator;
import dev.wherry.apiserver.audit.AuditLog;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.bootstrap.Bootstrap;
import dev.wherry.apiserver.bootstrap.ExtensionAuthentication;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.customresource.CustomForms;
import dev.wherry.apiserver.customresource.CustomKinds;
import dev.wherry.apiserver.customresource.CustomRules;
import dev.wherry.apiserver.customresource.WebhookConverter;
import dev.wherry.apiserver.definition.DefinitionController;
import dev.wherry.apiserver.fairness.FlowUpkeep;
import dev.wherry.apiserver.http.HttpEdge;
import dev.wherry.apiserver.oidc.AuthenticationConfig;
import dev.wherry.apiserver.oidc.JwtAuthenticator;
import dev.wherry.apiserver.pki.ServerPki;
import dev.wherry.apiserver.pki.ServerPkiConfig;
import dev.wherry.apiserver.pki.ServerTls;
import dev.wherry.apiserver.proxy.ServiceCalls;
import dev.wherry.apiserver.proxy.ServiceProxy;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.registry.Registry;
import dev.wherry.apiserver.registry.ServiceRange;
import dev.wherry.apiserver.rest.Rest;
import dev.wherry.apiserver.secrets.AesGcmTransformer;
import dev.wherry.apiserver.secrets.ConfiguredTransformer;
import dev.wherry.apiserver.secrets.EncryptionConfig;
import dev.wherry.apiserver.secrets.EncryptionKeys;
import dev.wherry.apiserver.secrets.Rewriting;
import dev.wherry.apiserver.secrets.ValueTransformer;
import dev.wherry.apiserver.token.TokenConfig;
import dev.wherry.apiserver.validation.BuiltInRules;
import dev.wherry.apiserver.view.CacheView;
import dev.wherry.apiserver.view.ObjectView;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.webhook.WebhookClient;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.store.Store;
import dev.wherry.streaming.tunnel.TunnelRegistry;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/** The API server: everything it is made of, in the order it starts. */
public final class ApiServer implements AutoCloseable {
  private final ServerPki pki;
  private final WatchCache cache;
  private final HttpEdge edge;
  private final TunnelRegistry tunnels;
  private final Function<UserInfo, ApiClient> clients;
  private final List<Runnable> followers;

  private ApiServer(
      ServerPki pki,
      WatchCache cache,
      HttpEdge edge,
      TunnelRegistry tunnels,
      Function<UserInfo, ApiClient> clients,
      List<Runnable> followers) {
    this.followers = followers;
    this.pki = pki;
    this.cache = cache;
    this.edge = edge;
    this.tunnels = tunnels;
    this.clients = clients;
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
    ValueTransformer transformer = transformer(config, random);
    WatchCache cache = new WatchCache(store, transformer);
    cache.start();
    CacheView view = new CacheView(cache);
    AuthenticationConfig authentication = authentication(config);
    List<JwtAuthenticator> issuers = JwtAuthenticator.of(authentication, clock);
    SecurityRealm realm =
        SecurityRealm.over(
            view,
            issuers,
            authentication.anonymous(),
            List.of(pki.authority().certificate()),
            pki.serviceAccountKeys(),
            TokenConfig.defaults(),
            clock,
            random);
    CustomKinds custom = new CustomKinds(cache);
    TunnelRegistry tunnels = new TunnelRegistry();
    ServiceCalls services = new ServiceCalls(view, tunnels, tunnels::nodes, random);
    WebhookClient webhooks = new WebhookClient(services);
    CustomForms forms = new CustomForms(custom, new WebhookConverter(webhooks, uids));
    Conversions conversions = new Conversions(forms);
    Registry registry =
        Registry.on(
            new KindRegistry(custom),
            new Registry.Ground(
                store,
                cache,
                transformer,
                ServiceRange.parse(config.serviceCidr()),
                conversions,
                new CustomRules(custom, new BuiltInRules()),
                realm.admission(),
                clock,
                uids,
                random));
    RegistryWriter writer = new RegistryWriter(registry, cache, superuser());
    bootstrap(writer, pki);
    DefinitionController definitions =
        new DefinitionController(cache, registry, custom, superuser(), clock);
    FlowUpkeep flows = new FlowUpkeep(view, writer, clock);
    ServiceProxy proxy = new ServiceProxy(view, tunnels, tunnels::nodes, random);
    Aggregator aggregator = aggregator(view, registry, services, proxy, pki, writer, clock, random);
    Optional<AuditLog> audit =
        config.protection().audit().map(where -> AuditLog.open(where, clock, uids));
    Rest rest =
        Rest.over(
            realm,
            config.limits().inFlightMax(),
            aggregator,
            audit,
            registry,
            conversions,
            forms,
            cache,
            store,
            pki,
            tunnels,
            clock,
            random);
    List<Runnable> followers =
        new ArrayList<>(
            List.of(
                definitions::close,
                flows::close,
                aggregator::close,
                custom::close,
                webhooks::close));
    issuers.forEach(issuer -> followers.add(issuer::close));
    audit.ifPresent(log -> followers.add(log::close));
    if (transformer instanceof ConfiguredTransformer configured) {
      followers.add(new Rewriting(store, configured)::close);
    }
    return new ApiServer(pki, cache, edge(config, pki, rest), tunnels, rest.clients(), followers);
  }

  private static ServerPki pki(ApiServerConfig config, InstantSource clock, SecureRandom random) {
    return ServerPki.open(
        config.dataDirectory().resolve("pki"),
        ServerPkiConfig.withHosts(config.hosts()),
        clock,
        random);
  }

  /** Secrets are encrypted under the server's own key unless a file says how. */
  private static ValueTransformer transformer(ApiServerConfig config, SecureRandom random) {
    AesGcmTransformer own =
        new AesGcmTransformer(
            List.of(StoreKeys.prefix(Resource.SECRETS)),
            EncryptionKeys.openOrCreate(config.dataDirectory().resolve("secrets.key"), random),
            random);
    return config
        .protection()
        .encryption()
        .<ValueTransformer>map(
            file -> new ConfiguredTransformer(EncryptionConfig.read(file), own, random))
        .orElse(own);
  }

  private static AuthenticationConfig authentication(ApiServerConfig config) {
    return config
        .protection()
        .authentication()
        .map(file -> AuthenticationConfig.read(file, TokenConfig.ISSUER))
        .orElse(AuthenticationConfig.NONE);
  }

  private static void bootstrap(RegistryWriter writer, ServerPki pki) {
    new Bootstrap(writer).run();
    ExtensionAuthentication.publish(
        writer, pki.authority().certificatePem(), pki.frontProxyAuthority().certificatePem());
  }

  private static Aggregator aggregator(
      ObjectView view,
      Registry registry,
      ServiceCalls services,
      ServiceProxy proxy,
      ServerPki pki,
      RegistryWriter writer,
      InstantSource clock,
      SecureRandom random) {
    return Aggregator.following(
        view,
        registry.kinds()::isBuiltIn,
        services,
        proxy,
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
    return clients.apply(user);
  }

  public int port() {
    return edge.port();
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
