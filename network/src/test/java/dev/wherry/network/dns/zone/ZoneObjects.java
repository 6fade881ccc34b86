package dev.wherry.network.dns.zone;

import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.nio.charset.StandardCharsets;

/** Objects as short YAML. */
public final class ZoneObjects {
  private ZoneObjects() {}

  public static Namespace namespace(String name) {
    return read(Namespace.KIND, "{metadata: {name: " + name + "}}");
  }

  /**
   * A Service of the namespace {@code ns}.
   *
   * @param spec the inside of a YAML map
   */
  public static Service service(String name, String spec) {
    return read(
        Service.KIND, "{metadata: {namespace: ns, name: %s}, spec: {%s}}".formatted(name, spec));
  }

  /** A slice of a Service, with ports and endpoints as the insides of YAML lists. */
  public static EndpointSlice slice(
      String service, String suffix, String type, String ports, String endpoints) {
    return read(
        EndpointSlice.KIND,
        ("{metadata: {namespace: ns, name: %1$s-%2$s, labels: {kubernetes.io/service-name: %1$s}},"
                + " addressType: %3$s, ports: [%4$s], endpoints: [%5$s]}")
            .formatted(service, suffix, type, ports, endpoints));
  }

  private static <T extends KubeObject> T read(Kind<T> kind, String yaml) {
    return kind.decode(Yaml.parse(yaml.getBytes(StandardCharsets.UTF_8)).tree());
  }
}
