package dev.wherry.controllers.apiservice;

import dev.wherry.controllers.Controller;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.Parts;
import dev.wherry.controllers.PlanController;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Action;
import dev.wherry.machinery.loop.Plan;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.EndpointAddress;
import dev.wherry.model.core.v1.EndpointPort;
import dev.wherry.model.core.v1.EndpointSubset;
import dev.wherry.model.core.v1.Endpoints;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.Condition;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.networking.v1.ServiceCIDR;
import dev.wherry.model.networking.v1.ServiceCIDRSpec;
import dev.wherry.model.networking.v1.ServiceCIDRStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps {@code default/kubernetes}: Service, Endpoints and EndpointSlice of the API servers
 * (kube-apiserver controlplane/controller/kubernetesservice and reconcilers). In-cluster clients
 * live by it. And the ServiceCIDR of that name, from which Services' addresses can be learnt
 * (controlplane/controller/defaultservicecidr).
 */
public final class KubernetesService implements Controller {
  private static final Logger LOG = System.getLogger(KubernetesService.class.getName());
  private static final String NAMESPACE = "default";
  private static final String NAME = "kubernetes";
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(60);

  private final PlanController<String> loop;

  public KubernetesService(Parts parts, ControllersConfig config) {
    if (!config.apiServerAddresses().isEmpty() && reachable(config).isEmpty()) {
      LOG.log(
          Level.WARNING,
          "pods do not reach the API why=\"{0} is this host's loopback: give --node-ip\"",
          String.join(", ", config.apiServerAddresses()));
    }
    Informer<Service> services = parts.informers().of(Service.KIND);
    Informer<Endpoints> endpoints = parts.informers().of(Endpoints.KIND);
    Informer<EndpointSlice> slices = parts.informers().of(EndpointSlice.KIND);
    Informer<ServiceCIDR> ranges = parts.informers().of(ServiceCIDR.KIND);
    loop =
        new PlanController<>(
            "kubernetes-service",
            1,
            parts,
            (key, now) ->
                decide(
                    config,
                    services.get(NAMESPACE, NAME),
                    endpoints.get(NAMESPACE, NAME),
                    slices.get(NAMESPACE, NAME),
                    range(config, ranges.get("", NAME), now)));
    services.onChange(this::seen);
    endpoints.onChange(this::seen);
    slices.onChange(this::seen);
    ranges.onChange(change -> {
      if (change.latest().metadata().name().equals(NAME)) {
        loop.add(NAME);
      }
    });
  }

  private void seen(Change<? extends KubeObject> change) {
    ObjectMeta meta = change.latest().metadata();
    if (meta.name().equals(NAME) && meta.namespace().equals(NAMESPACE)) {
      loop.add(NAME);
    }
  }

  static Plan decide(
      ControllersConfig config,
      Optional<Service> service,
      Optional<Endpoints> endpoints,
      Optional<EndpointSlice> slice,
      Optional<Action> range) {
    List<Action> actions = new ArrayList<>(range.stream().toList());
    if (service.isEmpty()) {
      actions.add(new Action.Create<>(Service.KIND, service(config)));
    }
    List<String> reachable = reachable(config);
    if (reachable.isEmpty()) {
      return Plan.of(actions).withAgain(LOOK_AGAIN);
    }
    Endpoints wanted = endpoints(config, reachable, endpoints.map(Endpoints::metadata));
    if (endpoints.isEmpty()) {
      actions.add(new Action.Create<>(Endpoints.KIND, wanted));
    } else if (!endpoints.get().equals(wanted)) {
      actions.add(new Action.Update<>(Endpoints.KIND, wanted));
    }
    EndpointSlice wantedSlice = slice(config, reachable, slice.map(EndpointSlice::metadata));
    if (slice.isEmpty()) {
      actions.add(new Action.Create<>(EndpointSlice.KIND, wantedSlice));
    } else if (!slice.get().equals(wantedSlice)) {
      actions.add(new Action.Update<>(EndpointSlice.KIND, wantedSlice));
    }
    return Plan.of(actions).withAgain(LOOK_AGAIN);
  }

  /** What makes the range known, or says that it is in use. */
  static Optional<Action> range(
      ControllersConfig config, Optional<ServiceCIDR> present, Instant now) {
    if (present.isEmpty()) {
      ServiceCIDR range =
          ServiceCIDR.builder()
              .metadata(ObjectMeta.builder().name(NAME).build())
              .spec(
                  ServiceCIDRSpec.builder()
                      .cidrs(
                          config.ranges().services().stream().map(AddressRange::toString).toList())
                      .build())
              .build();
      return Optional.of(new Action.Create<>(ServiceCIDR.KIND, range));
    }
    if (!present.get().status().conditions().isEmpty()) {
      return Optional.empty();
    }
    Condition ready =
        Condition.builder()
            .type("Ready")
            .status("True")
            .reason("")
            .message("Kubernetes default Service CIDR is ready")
            .lastTransitionTime(now)
            .build();
    ServiceCIDRStatus status = ServiceCIDRStatus.builder().conditions(List.of(ready)).build();
    return Optional.of(
        new Action.UpdateStatus<>(
            ServiceCIDR.KIND, present.get().toBuilder().status(status).build()));
  }

  private static ObjectMeta meta(Optional<ObjectMeta> present, Map<String, String> labels) {
    return present
        .map(ObjectMeta::toBuilder)
        .orElseGet(ObjectMeta::builder)
        .namespace(NAMESPACE)
        .name(NAME)
        .labels(labels)
        .build();
  }

  private static Service service(ControllersConfig config) {
    ServicePort port =
        ServicePort.builder()
            .name("https")
            .protocol("TCP")
            .port(443)
            .targetPort(IntOrString.of(config.apiServerPort()))
            .build();
    ServiceSpec spec =
        ServiceSpec.builder()
            .type("ClusterIP")
            .clusterIP(config.ranges().apiAddress())
            .clusterIPs(List.of(config.ranges().apiAddress()))
            .ipFamilies(List.of(config.ranges().family().label()))
            .ipFamilyPolicy("SingleStack")
            .sessionAffinity("None")
            .internalTrafficPolicy("Cluster")
            .ports(List.of(port))
            .build();
    Map<String, String> labels = Map.of("component", "apiserver", "provider", NAME);
    return Service.builder().metadata(meta(Optional.empty(), labels)).spec(spec).build();
  }

  /** The addresses that endpoints may have: a pod's loopback is not the server's. */
  private static List<String> reachable(ControllersConfig config) {
    return config.apiServerAddresses().stream()
        .filter(address -> !InetAddress.ofLiteral(address).isLoopbackAddress())
        .toList();
  }

  private static Endpoints endpoints(
      ControllersConfig config, List<String> reachable, Optional<ObjectMeta> present) {
    List<EndpointAddress> addresses =
        reachable.stream().map(ip -> EndpointAddress.builder().ip(ip).build()).toList();
    EndpointPort port =
        EndpointPort.builder().name("https").port(config.apiServerPort()).protocol("TCP").build();
    EndpointSubset subset =
        EndpointSubset.builder().addresses(addresses).ports(List.of(port)).build();
    Map<String, String> labels = Map.of("endpointslice.kubernetes.io/skip-mirror", "true");
    return Endpoints.builder().metadata(meta(present, labels)).subsets(List.of(subset)).build();
  }

  private static EndpointSlice slice(
      ControllersConfig config, List<String> reachable, Optional<ObjectMeta> present) {
    EndpointConditions ready = EndpointConditions.builder().ready(true).build();
    List<Endpoint> all =
        reachable.stream()
            .map(ip -> Endpoint.builder().addresses(List.of(ip)).conditions(ready).build())
            .toList();
    var port =
        dev.wherry.model.discovery.v1.EndpointPort.builder()
            .name("https")
            .port(config.apiServerPort())
            .protocol("TCP")
            .build();
    return EndpointSlice.builder()
        .metadata(meta(present, Map.of("kubernetes.io/service-name", NAME)))
        .addressType(reachable.getFirst().contains(":") ? "IPv6" : "IPv4")
        .endpoints(all)
        .ports(List.of(port))
        .build();
  }

  @Override
  public void start() {
    loop.add(NAME);
    loop.start();
  }

  @Override
  public void close() {
    loop.close();
  }
}
