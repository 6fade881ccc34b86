package dev.wherry.controllers.dns;

import dev.wherry.machinery.address.IpFamily;
import dev.wherry.machinery.dns.NodeDns;
import dev.wherry.model.IntOrString;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.NodeAddress;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.core.v1.ServicePort;
import dev.wherry.model.core.v1.ServiceSpec;
import dev.wherry.model.discovery.v1.Endpoint;
import dev.wherry.model.discovery.v1.EndpointConditions;
import dev.wherry.model.discovery.v1.EndpointPort;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the cluster's DNS is made of in the API, as upstream's CoreDNS manifest names it. */
final class DnsObjects {
  static final String NAMESPACE = "kube-system";
  static final String NAME = "kube-dns";

  /** Tells our Service and slices from those of a CoreDNS that took our place. */
  static final String OWNER_LABEL = "app.kubernetes.io/managed-by";

  static final String OWNER = "wherry";

  private static final String SLICE_OWNER_LABEL = "endpointslice.kubernetes.io/managed-by";
  private static final String SLICE_OWNER = "dns.wherry.dev";
  private static final int NAME_CHARS_MAX = 253;
  private static final int PORT = 53;
  private static final int METRICS_PORT = 9153;

  private DnsObjects() {}

  static boolean isOurs(Service service) {
    return OWNER.equals(service.metadata().labels().get(OWNER_LABEL));
  }

  static boolean isOurs(EndpointSlice slice) {
    return slice.metadata().namespace().equals(NAMESPACE)
        && SLICE_OWNER.equals(slice.metadata().labels().get(SLICE_OWNER_LABEL));
  }

  /** The slice of a node; a long name is cut and made its own again by a number. */
  static String sliceName(String nodeName) {
    String name = NAME + "-" + nodeName;
    if (name.length() <= NAME_CHARS_MAX) {
      return name;
    }
    String number = "-" + Integer.toHexString(nodeName.hashCode());
    return name.substring(0, NAME_CHARS_MAX - number.length()) + number;
  }

  static Service service(String address) {
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(NAMESPACE)
            .name(NAME)
            .labels(
                Map.of(
                    "k8s-app",
                    NAME,
                    "kubernetes.io/cluster-service",
                    "true",
                    "kubernetes.io/name",
                    "CoreDNS",
                    OWNER_LABEL,
                    OWNER))
            .annotations(
                Map.of(
                    "prometheus.io/port",
                    String.valueOf(METRICS_PORT),
                    "prometheus.io/scrape",
                    "true"))
            .build();
    ServiceSpec spec =
        ServiceSpec.builder()
            .type("ClusterIP")
            .clusterIP(address)
            .clusterIPs(List.of(address))
            .ipFamilies(List.of(IpFamily.of(address).label()))
            .ipFamilyPolicy("SingleStack")
            .sessionAffinity("None")
            // Each pod is answered by its own node.
            .internalTrafficPolicy("Local")
            .ports(
                List.of(
                    servicePort("dns", "UDP", PORT),
                    servicePort("dns-tcp", "TCP", PORT),
                    servicePort("metrics", "TCP", METRICS_PORT)))
            .build();
    return Service.builder().metadata(meta).spec(spec).build();
  }

  private static ServicePort servicePort(String name, String protocol, int port) {
    return ServicePort.builder()
        .name(name)
        .protocol(protocol)
        .port(port)
        .targetPort(IntOrString.of(port))
        .build();
  }

  /**
   * The slice that a node should have; empty where its agent does not answer.
   *
   * @param present what there is, whose metadata is kept
   */
  static Optional<EndpointSlice> slice(Node node, Optional<EndpointSlice> present) {
    Optional<NodeDns> ports =
        NodeDns.parse(node.metadata().annotations().getOrDefault(NodeDns.ANNOTATION, ""));
    Optional<String> address =
        node.status().addresses().stream()
            .filter(a -> a.type().equals("InternalIP"))
            .map(NodeAddress::address)
            .findFirst();
    if (ports.isEmpty() || address.isEmpty()) {
      return Optional.empty();
    }
    // Ready whatever the node's conditions: only the node itself goes there, and if it asks, the
    // agent is what answers.
    EndpointConditions conditions =
        EndpointConditions.builder().ready(true).serving(true).terminating(false).build();
    Endpoint endpoint =
        Endpoint.builder()
            .addresses(List.of(address.get()))
            .nodeName(node.metadata().name())
            .conditions(conditions)
            .build();
    return Optional.of(
        EndpointSlice.builder()
            .metadata(meta(node, present))
            .addressType(IpFamily.of(address.get()).label())
            .endpoints(List.of(endpoint))
            .ports(
                List.of(
                    port("dns", "UDP", ports.get().port()),
                    port("dns-tcp", "TCP", ports.get().port()),
                    port("metrics", "TCP", ports.get().metricsPort())))
            .build());
  }

  private static ObjectMeta meta(Node node, Optional<EndpointSlice> present) {
    OwnerReference owner =
        OwnerReference.builder()
            .apiVersion("v1")
            .kind("Node")
            .name(node.metadata().name())
            .uid(node.metadata().uid())
            .build();
    return present
        .map(slice -> slice.metadata().toBuilder())
        .orElseGet(ObjectMeta::builder)
        .namespace(NAMESPACE)
        .name(sliceName(node.metadata().name()))
        .labels(Map.of("kubernetes.io/service-name", NAME, SLICE_OWNER_LABEL, SLICE_OWNER))
        .ownerReferences(List.of(owner))
        .build();
  }

  private static EndpointPort port(String name, String protocol, int number) {
    return EndpointPort.builder().name(name).protocol(protocol).port(number).build();
  }
}
