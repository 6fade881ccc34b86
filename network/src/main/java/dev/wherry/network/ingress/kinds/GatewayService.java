package dev.wherry.network.ingress.kinds;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.lease.AddressLeases;
import dev.wherry.model.core.v1.LoadBalancerIngress;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The Service of type LoadBalancer that asks the pool for a Gateway's own address, as Services ask
 * for theirs. It is named and labelled by the rules for what a Gateway's controller makes
 * (GEP-1762). No Service proxy answers for it: the address leads to the nodes' ingress.
 *
 * @param ports that its listeners name
 */
public record GatewayService(TreeObject gateway, SortedSet<Integer> ports) {
  private static final String GATEWAY = "gateway.networking.k8s.io/gateway-name";
  private static final String GATEWAY_CLASS = "gateway.networking.k8s.io/gateway-class-name";
  private static final String IP_ADDRESS = "IPAddress";
  private static final String POOL_CLASS = "wherry.dev/pool";
  private static final int NAME_LETTERS_MAX = 63;

  /** Selects the Services of all Gateways. */
  public static final Map<String, String> LABELS =
      Map.of(AddressLeases.PROXY_LABEL, AddressLeases.INGRESS_PROXY);

  private static String name(TreeObject gateway) {
    String name = gateway.metadata().name() + "-" + Trees.text(gateway.spec(), "gatewayClassName");
    String short_ =
        name.length() <= NAME_LETTERS_MAX
            ? name
            : name.substring(0, NAME_LETTERS_MAX - 9) + "-%08x".formatted(name.hashCode());
    return short_.replace('.', '-');
  }

  /** The addresses that a Gateway asks for by {@code spec.addresses}. */
  static List<String> wishes(TreeObject gateway) {
    return gateway
        .spec()
        .path("addresses")
        .valueStream()
        .filter(one -> isIp(Trees.textOr(one, "type", IP_ADDRESS)))
        .map(one -> Trees.text(one, "value"))
        .filter(value -> !value.isEmpty())
        .toList();
  }

  /** Whether a Gateway asks for addresses of another kind. */
  static boolean asksForOthers(TreeObject gateway) {
    return gateway
        .spec()
        .path("addresses")
        .valueStream()
        .anyMatch(one -> !isIp(Trees.textOr(one, "type", IP_ADDRESS)));
  }

  private static boolean isIp(String type) {
    return type.equals(IP_ADDRESS);
  }

  /** The Service of a Gateway, where the server has made it. */
  static Optional<Service> of(TreeObject gateway, ClusterObjects objects) {
    return objects
        .service(gateway.metadata().namespace(), name(gateway))
        .filter(service -> service.metadata().labels().entrySet().containsAll(LABELS.entrySet()))
        .filter(
            service -> gateway.metadata().name().equals(service.metadata().labels().get(GATEWAY)));
  }

  /** The addresses that a Service has been given, as Java writes them. */
  static List<String> addresses(Service service) {
    var balancer = service.status().loadBalancer();
    return balancer == null
        ? List.of()
        : balancer.ingress().stream()
            .map(LoadBalancerIngress::ip)
            .filter(ip -> !ip.isEmpty())
            .map(ip -> InetAddress.ofLiteral(ip).getHostAddress())
            .toList();
  }

  public ObjectKey key() {
    return new ObjectKey(gateway.metadata().namespace(), name(gateway));
  }

  /** The Service as it is to be made. */
  public Service wanted() {
    return Service.EMPTY.toBuilder()
        .metadata(
            ObjectMeta.builder()
                .namespace(gateway.metadata().namespace())
                .name(name(gateway))
                .labels(
                    Map.of(
                        AddressLeases.PROXY_LABEL,
                        AddressLeases.INGRESS_PROXY,
                        GATEWAY,
                        gateway.metadata().name(),
                        GATEWAY_CLASS,
                        Trees.text(gateway.spec(), "gatewayClassName")))
                .build())
        .spec(
            ServiceSpec.builder()
                .type("LoadBalancer")
                .loadBalancerClass(POOL_CLASS)
                .allocateLoadBalancerNodePorts(false)
                .loadBalancerIP(wishes(gateway).stream().findFirst().orElse(""))
                .ports(ports.stream().map(GatewayService::port).toList())
                .build())
        .build();
  }

  private static ServicePort port(int number) {
    return ServicePort.builder().name("port-" + number).port(number).protocol("TCP").build();
  }

  /** Whether a Service asks for the same already. */
  public boolean isAskedBy(Service present) {
    return present.spec().loadBalancerIP().equals(wanted().spec().loadBalancerIP())
        && present.spec().ports().stream()
            .map(ServicePort::port)
            .map(Objects::requireNonNull)
            .toList()
            .equals(List.copyOf(ports));
  }
}
