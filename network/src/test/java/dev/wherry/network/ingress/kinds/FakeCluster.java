package dev.wherry.network.ingress.kinds;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.Asked;
import dev.wherry.network.ingress.route.PortRoutes;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.Target;
import dev.wherry.network.trees.TreeObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Objects as short YAML, and questions to the table that comes of them. */
final class FakeCluster implements ClusterObjects {
  private final List<KubeObject> objects = new ArrayList<>();
  private final Map<String, Map<String, String>> namespaces = new HashMap<>();
  private final Map<String, String> badSecrets = new HashMap<>();
  private final Map<String, String> authorities = new HashMap<>();
  private int age;
  private boolean ownAddresses;

  /** Later ones are younger. */
  <T extends KubeObject> FakeCluster with(Kind<T> kind, String yaml) {
    String dated =
        yaml.replaceFirst(
            "metadata: \\{",
            "metadata: {creationTimestamp: '2026-01-01T00:%02d:00Z', ".formatted(age++));
    objects.add(kind.decode(Yaml.parse(dated.getBytes(StandardCharsets.UTF_8)).tree()));
    return this;
  }

  /** Services of a namespace, each with port 80. */
  FakeCluster services(String namespace, String... names) {
    for (String name : names) {
      with(
          Service.KIND,
          "{metadata: {namespace: %s, name: %s}, spec: {ports: [{name: http, port: 80}]}}"
              .formatted(namespace, name));
    }
    return this;
  }

  FakeCluster namespace(String name, Map<String, String> labels) {
    namespaces.put(name, labels);
    return this;
  }

  FakeCluster badSecret(String key, String why) {
    badSecrets.put(key, why);
    return this;
  }

  FakeCluster authorities(String key, String pem) {
    authorities.put(key, pem);
    return this;
  }

  /** As on a server with a pool of addresses. */
  FakeCluster withOwnAddresses() {
    ownAddresses = true;
    return this;
  }

  Translation translate() {
    return Translation.of(this);
  }

  private <T extends KubeObject> List<T> all(Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public List<Ingress> ingresses() {
    return all(Ingress.class);
  }

  @Override
  public List<IngressClass> ingressClasses() {
    return all(IngressClass.class);
  }

  @Override
  public Optional<Service> service(String namespace, String name) {
    return all(Service.class).stream()
        .filter(s -> ObjectKey.of(s).equals(new ObjectKey(namespace, name)))
        .findFirst();
  }

  @Override
  public List<TreeObject> all(Kind<TreeObject> kind) {
    return all(TreeObject.class).stream().filter(o -> o.kind().equals(kind)).toList();
  }

  @Override
  public Map<String, String> namespaceLabels(String namespace) {
    return namespaces.getOrDefault(namespace, Map.of());
  }

  @Override
  public CertificateState certificate(ObjectKey secret) {
    String why = badSecrets.get(secret.toString());
    return why == null ? new CertificateState.Usable() : new CertificateState.Unusable(why);
  }

  @Override
  public Authorities authorities(ObjectKey configMap) {
    String pem = authorities.get(configMap.toString());
    return pem == null ? new Authorities.Unusable("does not exist") : new Authorities.Known(pem);
  }

  @Override
  public List<String> addresses() {
    return List.of("192.0.2.1");
  }

  @Override
  public boolean gatewaysHaveAddresses() {
    return ownAddresses;
  }

  /** A request for a test. */
  record Request(
      String host,
      String path,
      String method,
      Map<String, String> headers,
      Map<String, String> parameters)
      implements Asked {
    static Request of(String host, String path) {
      return new Request(host, path, "GET", Map.of(), Map.of());
    }

    @Override
    public @Nullable String header(String name) {
      return headers.get(name);
    }

    @Override
    public @Nullable String parameter(String name) {
      return parameters.get(name);
    }
  }

  /** Which Service gets a request; a status where none does; "none" where there is no rule. */
  static String answer(Translation translation, int port, Request request) {
    return answer(translation.table().port(port).orElseThrow(), request);
  }

  /** The same for the rules of one port and address. */
  static String answer(PortRoutes routes, Request request) {
    Optional<Route> found = routes.find(request);
    if (found.isEmpty()) {
      return "none";
    }
    return switch (found.get().action()) {
      case Action.Redirect redirect -> "redirect " + redirect.status();
      case Action.Refuse(int status, String _) -> String.valueOf(status);
      case Action.Forward forward ->
          switch (forward.shares().getFirst().target()) {
            case Target.Backend(var key) -> key.service();
            case Target.Broken(int status, String _) -> String.valueOf(status);
          };
    };
  }
}
