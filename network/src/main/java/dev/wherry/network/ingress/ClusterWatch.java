package dev.wherry.network.ingress;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
import dev.wherry.model.status.ApiException;
import dev.wherry.network.ingress.kinds.ClusterObjects.Authorities;
import dev.wherry.network.ingress.kinds.ClusterObjects.CertificateState;
import dev.wherry.network.ingress.kinds.GatewayKinds;
import dev.wherry.network.ingress.kinds.IngressClasses;
import dev.wherry.network.ingress.kinds.TreeObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
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

  private static final Logger LOG = System.getLogger(ClusterWatch.class.getName());
  private static final String BY_SERVICE = "service";
  private static final String SERVICE_NAME = "kubernetes.io/service-name";
  private static final Kind<MetadataObject> DEFINITION =
      MetadataObject.of(
          new KindInfo(
              "apiextensions.k8s.io",
              "v1",
              "CustomResourceDefinition",
              "customresourcedefinitions",
              false));

  private final ApiClient api;
  private final Timer timer;
  private final Runnable changed;
  private final Consumer<ObjectKey> endpointsChanged;
  private final Informer<Ingress> ingresses;
  private final Informer<IngressClass> classes;
  private final Informer<Service> services;
  private final Informer<EndpointSlice> slices;
  private final Informer<Namespace> namespaces;
  private final Map<Kind<TreeObject>, Informer<MetadataObject>> definitions = new LinkedHashMap<>();
  private final Map<Kind<TreeObject>, Informer<TreeObject>> gatewayKinds = new LinkedHashMap<>();
  private final Set<ObjectKey> askedServices = ConcurrentHashMap.newKeySet();
  private boolean followsServices;

  /**
   * @param changed something that routes depend on
   * @param endpointsChanged of this Service
   */
  ClusterWatch(ApiClient api, Timer timer, Runnable changed, Consumer<ObjectKey> endpointsChanged) {
    this.api = api;
    this.timer = timer;
    this.changed = changed;
    this.endpointsChanged = endpointsChanged;
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
              if (!gatewayKinds().isEmpty()) {
                changed.run();
              }
            });
  }

  private Map<Kind<TreeObject>, Informer<TreeObject>> gatewayKinds() {
    return gatewayKinds;
  }

  void start() {
    ingresses.start();
    classes.start();
    define(GatewayKinds.GATEWAY);
  }

  private static ObjectKey serviceOf(EndpointSlice slice) {
    return new ObjectKey(
        slice.metadata().namespace(), slice.metadata().labels().getOrDefault(SERVICE_NAME, ""));
  }

  private void define(Kind<TreeObject> kind) {
    definitions.computeIfAbsent(
        kind,
        k ->
            new Informer<>(
                    api, DEFINITION, Scope.ofFields("metadata.name=" + k.info().resource()), timer)
                .onChange(_ -> changed.run())
                .start());
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
    followGatewayKinds();
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

  private void followGatewayKinds() throws InterruptedException {
    if (isDefined(GatewayKinds.GATEWAY)) {
      GatewayKinds.ALL.forEach(this::define);
    }
    for (Kind<TreeObject> kind : GatewayKinds.ALL) {
      Informer<MetadataObject> definition = definitions.get(kind);
      if (definition != null && !definition.awaitSynced(SYNC_MAX)) {
        continue;
      }
      Informer<TreeObject> known = gatewayKinds.get(kind);
      if (known == null && isDefined(kind)) {
        begin(kind);
      } else if (known != null && !isDefined(kind)) {
        gatewayKinds.remove(kind);
        known.close();
      }
    }
  }

  private void begin(Kind<TreeObject> kind) throws InterruptedException {
    try {
      Informer<TreeObject> made =
          new Informer<>(api, kind, Scope.ALL, timer).onChange(_ -> changed.run()).start();
      gatewayKinds.put(kind, made);
      if (!made.awaitSynced(Duration.ofSeconds(2))) {
        LOG.log(Level.DEBUG, "not served yet kind={0}", kind);
      }
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "not served yet kind={0} why={1}", kind, e.text());
      timer.after(Duration.ofSeconds(1), changed);
    }
  }

  private boolean isDefined(Kind<TreeObject> kind) {
    Informer<MetadataObject> definition = definitions.get(kind);
    return definition != null
        && definition.list().stream()
            .anyMatch(d -> d.metadata().name().equals(kind.info().resource()));
  }

  /** Whether anything is to be served at all. */
  boolean isUsed() {
    IngressClasses ours = new IngressClasses(classes.list());
    return ingresses.list().stream().anyMatch(ours::isOurs)
        || !all(GatewayKinds.GATEWAY_CLASS).isEmpty()
        || !all(GatewayKinds.GATEWAY).isEmpty();
  }

  List<EndpointSlice> slices(ObjectKey service) {
    return slices.byIndex(BY_SERVICE, service.toString());
  }

  private List<TreeObject> all(Kind<TreeObject> kind) {
    Informer<TreeObject> known = gatewayKinds.get(kind);
    return known == null ? List.of() : known.list();
  }

  /** The objects as translations see them; which Services they ask for is remembered. */
  Objects objects(
      Function<ObjectKey, CertificateState> certificates,
      Function<ObjectKey, Authorities> authorities,
      Supplier<List<String>> addresses) {
    askedServices.clear();
    return new Objects(certificates, authorities, addresses);
  }

  /** A look at the informers. */
  final class Objects implements dev.wherry.network.ingress.kinds.ClusterObjects {
    private final Function<ObjectKey, CertificateState> certificates;
    private final Function<ObjectKey, Authorities> authorities;
    private final Supplier<List<String>> addresses;

    private Objects(
        Function<ObjectKey, CertificateState> certificates,
        Function<ObjectKey, Authorities> authorities,
        Supplier<List<String>> addresses) {
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
      return ClusterWatch.this.all(kind);
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
  }

  @Override
  public void close() {
    ingresses.close();
    classes.close();
    services.close();
    slices.close();
    namespaces.close();
    definitions.values().forEach(Informer::close);
    gatewayKinds.values().forEach(Informer::close);
  }
}
