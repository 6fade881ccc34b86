package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
import dev.wherry.network.ingress.kinds.ClusterObjects.Authorities;
import dev.wherry.network.ingress.kinds.ClusterObjects.CertificateState;
import dev.wherry.network.ingress.kinds.GatewayKinds;
import dev.wherry.network.ingress.kinds.IngressClasses;
import dev.wherry.network.trees.DefinedKinds;
import dev.wherry.network.trees.TreeObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The informers. While nobody uses an Ingress or a Gateway there are three small watches; Services,
 * endpoints and the kinds of Gateway API are followed only once they matter.
 */
final class ClusterWatch implements AutoCloseable {
  static final Duration SYNC_MAX = Duration.ofSeconds(30);

  private static final String BY_SERVICE = "service";
  private static final String SERVICE_NAME = "kubernetes.io/service-name";
  private final Consumer<ObjectKey> endpointsChanged;
  private final Informer<Ingress> ingresses;
  private final Informer<IngressClass> classes;
  private final Informer<Service> services;
  private final Informer<EndpointSlice> slices;
  private final Informer<Namespace> namespaces;
  private final DefinedKinds gatewayKinds;
  private final Set<ObjectKey> askedServices = ConcurrentHashMap.newKeySet();
  private boolean followsServices;

  /**
   * @param changed something that routes depend on
   * @param endpointsChanged of this Service
   */
  ClusterWatch(ApiClient api, Timer timer, Runnable changed, Consumer<ObjectKey> endpointsChanged) {
    this.endpointsChanged = endpointsChanged;
    gatewayKinds = new DefinedKinds(api, timer, changed);
    ingresses = new Informer<>(api, Ingress.KIND, Scope.ALL, timer).onChange(_ -> changed.run());
    classes = new Informer<>(api, IngressClass.KIND, Scope.ALL, timer).onChange(_ -> changed.run());
    services =
        new Informer<>(api, Service.KIND, Scope.ALL, timer)
            .onChange(change -> {
              if (askedServices.contains(ObjectKey.of(change.latest()))) {
                changed.run();
              }
            });
    slices =
        new Informer<>(api, EndpointSlice.KIND, Scope.ALL, timer)
            .index(BY_SERVICE, slice -> List.of(serviceOf(slice).toString()))
            .onChange(change -> this.endpointsChanged.accept(serviceOf(change.latest())));
    namespaces =
        new Informer<>(api, Namespace.KIND, Scope.ALL, timer)
            .onChange(_ -> {
              if (!gatewayKinds.isEmpty()) {
                changed.run();
              }
            });
  }

  void start() {
    ingresses.start();
    classes.start();
    gatewayKinds.expect(GatewayKinds.GATEWAY);
  }

  private static ObjectKey serviceOf(EndpointSlice slice) {
    return new ObjectKey(
        slice.metadata().namespace(), slice.metadata().labels().getOrDefault(SERVICE_NAME, ""));
  }

  /** Waits for what is there at the start. */
  boolean awaitSynced() throws InterruptedException {
    return ingresses.awaitSynced(SYNC_MAX) && classes.awaitSynced(SYNC_MAX);
  }

  /**
   * Follows what matters now. The owner's thread.
   *
   * @return whether all of it was seen
   */
  boolean follow() throws InterruptedException {
    if (gatewayKinds.isDefined(GatewayKinds.GATEWAY)) {
      GatewayKinds.ALL.forEach(gatewayKinds::expect);
    }
    gatewayKinds.follow();
    if (followsServices || !isUsed()) {
      return true;
    }
    services.start();
    slices.start();
    namespaces.start();
    followsServices = true;
    return services.awaitSynced(SYNC_MAX)
        && slices.awaitSynced(SYNC_MAX)
        && namespaces.awaitSynced(SYNC_MAX);
  }

  /** Whether anything is to be served at all. */
  boolean isUsed() {
    IngressClasses ours = new IngressClasses(classes.list());
    return ingresses.list().stream().anyMatch(ours::isOurs)
        || !gatewayKinds.all(GatewayKinds.GATEWAY_CLASS).isEmpty()
        || !gatewayKinds.all(GatewayKinds.GATEWAY).isEmpty();
  }

  List<EndpointSlice> slices(ObjectKey service) {
    return slices.byIndex(BY_SERVICE, service.toString());
  }

  /** All Services; none before they are followed. */
  List<Service> services() {
    return services.list();
  }

  Optional<Service> service(ObjectKey key) {
    return services.get(key.namespace(), key.name());
  }

  /**
   * The objects as translations see them; which Services they ask for is remembered.
   *
   * @param own whether each Gateway is to get an address of its own
   */
  Objects objects(
      Function<ObjectKey, CertificateState> certificates,
      Function<ObjectKey, Authorities> authorities,
      Supplier<List<String>> addresses,
      boolean own) {
    askedServices.clear();
    return new Objects(certificates, authorities, addresses, own);
  }

  /** A look at the informers. */
  final class Objects implements dev.wherry.network.ingress.kinds.ClusterObjects {
    private final Function<ObjectKey, CertificateState> certificates;
    private final Function<ObjectKey, Authorities> authorities;
    private final Supplier<List<String>> addresses;
    private final boolean own;

    private Objects(
        Function<ObjectKey, CertificateState> certificates,
        Function<ObjectKey, Authorities> authorities,
        Supplier<List<String>> addresses,
        boolean own) {
      this.own = own;
      this.certificates = certificates;
      this.authorities = authorities;
      this.addresses = addresses;
    }

    @Override
    public List<Ingress> ingresses() {
      return ingresses.list();
    }

    @Override
    public List<IngressClass> ingressClasses() {
      return classes.list();
    }

    @Override
    public Optional<Service> service(String namespace, String name) {
      askedServices.add(new ObjectKey(namespace, name));
      return services.get(namespace, name);
    }

    @Override
    public List<TreeObject> all(Kind<TreeObject> kind) {
      return gatewayKinds.all(kind);
    }

    @Override
    public Map<String, String> namespaceLabels(String namespace) {
      return namespaces.get("", namespace).map(n -> n.metadata().labels()).orElse(Map.of());
    }

    @Override
    public CertificateState certificate(ObjectKey secret) {
      return certificates.apply(secret);
    }

    @Override
    public Authorities authorities(ObjectKey configMap) {
      return authorities.apply(configMap);
    }

    @Override
    public List<String> addresses() {
      return addresses.get();
    }

    @Override
    public boolean gatewaysHaveAddresses() {
      return own;
    }
  }

  @Override
  public void close() {
    ingresses.close();
    classes.close();
    services.close();
    slices.close();
    namespaces.close();
    gatewayKinds.close();
  }
}
