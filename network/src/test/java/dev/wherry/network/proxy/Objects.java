package dev.wherry.network.proxy;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.network.rules.Cidr;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Services and slices as short YAML. */
final class Objects {
  static final NodeFacts FACTS =
      new NodeFacts("n1", List.of(Cidr.parse("10.42.0.0/24"), Cidr.parse("fd42::/64")), true);

  /** The node {@link #FACTS} tells of. */
  static final Node NODE =
      read(Node.KIND, "{metadata: {name: n1}, spec: {podCIDRs: [10.42.0.0/24, 'fd42::/64']}}");

  private Objects() {}

  /**
   * @param spec one line of YAML inside braces
   */
  static Service service(String name, String spec) {
    return read(Service.KIND, "{metadata: {namespace: ns, name: " + name + "}, " + spec + "}");
  }

  /** A slice with one port. */
  static EndpointSlice slice(String service, String type, String port, String... endpoints) {
    return read(
        EndpointSlice.KIND,
        "{metadata: {namespace: ns, name: "
            + service
            + "-1, labels: {kubernetes.io/service-name: "
            + service
            + "}}, addressType: "
            + type
            + ", ports: [{"
            + port
            + "}], endpoints: ["
            + String.join(", ", endpoints)
            + "]}");
  }

  /** A ready endpoint of a node. */
  static String ready(String address, String node) {
    return endpoint(address, node, "ready: true, serving: true, terminating: false");
  }

  static String endpoint(String address, String node, String conditions) {
    return "{addresses: ['%s'], nodeName: %s, conditions: {%s}}"
        .formatted(address, node, conditions);
  }

  private static <T extends KubeObject> T read(Kind<T> kind, String yaml) {
    return kind.decode(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)).tree());
  }
}
