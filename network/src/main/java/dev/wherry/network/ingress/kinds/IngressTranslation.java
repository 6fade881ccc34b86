package dev.wherry.network.ingress.kinds;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.networking.v1.HTTPIngressPath;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressBackend;
import dev.wherry.model.networking.v1.IngressRule;
import dev.wherry.model.networking.v1.IngressServiceBackend;
import dev.wherry.model.networking.v1.IngressTLS;
import dev.wherry.model.networking.v1.ServiceBackendPort;
import dev.wherry.network.ingress.kinds.ClusterObjects.CertificateState;
import dev.wherry.network.ingress.route.Action;
import dev.wherry.network.ingress.route.BackendKey;
import dev.wherry.network.ingress.route.Filters;
import dev.wherry.network.ingress.route.HeaderEdits;
import dev.wherry.network.ingress.route.HostPattern;
import dev.wherry.network.ingress.route.PathEdit;
import dev.wherry.network.ingress.route.PathMatch;
import dev.wherry.network.ingress.route.Rank;
import dev.wherry.network.ingress.route.RequestMatch;
import dev.wherry.network.ingress.route.Route;
import dev.wherry.network.ingress.route.RouteTable;
import dev.wherry.network.ingress.route.Target;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Ingresses (networking.k8s.io/v1). Every rule is served at port 80, and at 443 as soon as any
 * Ingress names a certificate; hosts without one see a certificate that nobody trusts, as with
 * other controllers.
 */
final class IngressTranslation {
  static final int HTTP = 80;
  static final int HTTPS = 443;

  /** Annotations that send clients of port 80 to 443: ours, and those that people have already. */
  private static final List<String> REDIRECT =
      List.of(
          "wherry.dev/ssl-redirect",
          "nginx.ingress.kubernetes.io/force-ssl-redirect",
          "nginx.ingress.kubernetes.io/ssl-redirect");

  private static final List<String> PROTOCOL =
      List.of("wherry.dev/backend-protocol", "nginx.ingress.kubernetes.io/backend-protocol");

  private static final List<String> HTTP2_WORDS = List.of("GRPC", "H2C");
  private static final int PERMANENT_REDIRECT = 308;
  private static final int UNAVAILABLE = 503;
  private static final int NOT_FOUND = 404;

  private final ClusterObjects objects;
  private final RouteTable.Builder table;
  private final Findings findings;
  private boolean secure;

  IngressTranslation(ClusterObjects objects, RouteTable.Builder table, Findings findings) {
    this.objects = objects;
    this.table = table;
    this.findings = findings;
  }

  void run() {
    IngressClasses classes = new IngressClasses(objects.ingressClasses());
    List<Ingress> ours =
        objects.ingresses().stream()
            .filter(classes::isOurs)
            .filter(ingress -> ingress.metadata().deletionTimestamp() == null)
            .sorted(
                Comparator.comparing((Ingress ingress) -> created(ingress))
                    .thenComparing(ObjectKey::of))
            .toList();
    if (ours.isEmpty()) {
      return;
    }
    secure = ours.stream().anyMatch(ingress -> !ingress.spec().tls().isEmpty());
    table.listen(HTTP, false, HostPattern.ANY);
    if (secure) {
      table.listen(HTTPS, true, HostPattern.ANY);
    }
    for (Ingress ingress : ours) {
      findings.ours(ingress);
      certificates(ingress);
      rules(ingress);
    }
  }

  private static Instant created(Ingress ingress) {
    Instant created = ingress.metadata().creationTimestamp();
    return created == null ? Instant.EPOCH : created;
  }

  private void certificates(Ingress ingress) {
    for (IngressTLS tls : ingress.spec().tls()) {
      if (tls.secretName().isEmpty()) {
        continue;
      }
      ObjectKey secret = new ObjectKey(ingress.metadata().namespace(), tls.secretName());
      findings.secret(secret);
      if (objects.certificate(secret) instanceof CertificateState.Unusable(String why)) {
        findings.problem(ingress, "InvalidCertificate", "secret " + secret.name() + ": " + why);
      }
      List<String> hosts = tls.hosts().isEmpty() ? ruleHosts(ingress) : tls.hosts();
      for (String host : hosts) {
        table.certificate(HTTPS, HostPattern.ofIngress(host), secret.toString());
      }
    }
  }

  private static List<String> ruleHosts(Ingress ingress) {
    return ingress.spec().rules().stream().map(IngressRule::host).distinct().toList();
  }

  private void rules(Ingress ingress) {
    IngressBackend fallback = ingress.spec().defaultBackend();
    int number = 0;
    for (IngressRule rule : ingress.spec().rules()) {
      HostPattern host = HostPattern.ofIngress(rule.host());
      List<HTTPIngressPath> paths =
          rule.http() == null ? List.of() : Objects.requireNonNull(rule.http()).paths();
      if (paths.isEmpty() && fallback != null) {
        add(ingress, host, PathMatch.Prefix.ALL, fallback, rank(ingress, false, number, 0));
      }
      int match = 0;
      for (HTTPIngressPath path : paths) {
        IngressBackend backend = path.backend();
        if (backend != null) {
          add(ingress, host, match(path), backend, rank(ingress, false, number, match++));
        }
      }
      number++;
    }
    if (fallback != null) {
      add(ingress, HostPattern.ANY, PathMatch.Prefix.ALL, fallback, rank(ingress, true, number, 0));
    }
  }

  private static PathMatch match(HTTPIngressPath path) {
    return path.pathType().equals("Exact")
        ? new PathMatch.Exact(path.path())
        : PathMatch.prefix(path.path());
  }

  private static Rank rank(Ingress ingress, boolean fallback, int rule, int match) {
    return new Rank(
        fallback,
        created(ingress),
        ingress.metadata().namespace(),
        ingress.metadata().name(),
        rule,
        match);
  }

  private void add(
      Ingress ingress, HostPattern host, PathMatch path, IngressBackend backend, Rank rank) {
    Action forward =
        Action.Forward.to(
            List.of(
                new Action.Share(target(ingress, backend), 1, HeaderEdits.NONE, HeaderEdits.NONE)));
    Action plain =
        secure && redirects(ingress)
            ? new Action.Redirect("https", "", 0, PathEdit.Keep.ALL, PERMANENT_REDIRECT)
            : forward;
    RequestMatch match = RequestMatch.of(path);
    String owner = "Ingress " + ObjectKey.of(ingress);
    table.add(HTTP, HostPattern.ANY, new Route(host, match, rank, Filters.NONE, plain, owner));
    if (secure) {
      table.add(HTTPS, HostPattern.ANY, new Route(host, match, rank, Filters.NONE, forward, owner));
    }
  }

  /** Only where its owner says so, and there is a certificate to go to. */
  private static boolean redirects(Ingress ingress) {
    Map<String, String> annotations = ingress.metadata().annotations();
    return !ingress.spec().tls().isEmpty()
        && REDIRECT.stream().anyMatch(name -> "true".equals(annotations.get(name)));
  }

  private static boolean speaksHttp2(Ingress ingress) {
    Map<String, String> annotations = ingress.metadata().annotations();
    return PROTOCOL.stream()
        .map(name -> annotations.getOrDefault(name, "").toUpperCase(Locale.ROOT))
        .anyMatch(HTTP2_WORDS::contains);
  }

  private Target target(Ingress ingress, IngressBackend backend) {
    IngressServiceBackend named = backend.service();
    if (named == null) {
      findings.problem(ingress, "UnsupportedBackend", "backends that are resources are not served");
      return new Target.Broken(NOT_FOUND, "this kind of backend is not served");
    }
    Optional<Service> service = objects.service(ingress.metadata().namespace(), named.name());
    if (service.isEmpty()) {
      findings.problem(ingress, "BackendNotFound", "there is no service " + named.name());
      return new Target.Broken(UNAVAILABLE, "the service does not exist");
    }
    if (Backends.isElsewhere(service.get())) {
      findings.problem(
          ingress, "UnsupportedBackend", "service " + named.name() + " is an ExternalName");
      return new Target.Broken(UNAVAILABLE, "the service is only a name");
    }
    Optional<BackendKey> key = port(service.get(), named, speaksHttp2(ingress));
    if (key.isEmpty()) {
      findings.problem(
          ingress, "BackendNotFound", "service " + named.name() + " has no such port over TCP");
      return new Target.Broken(UNAVAILABLE, "the service has no such port");
    }
    return new Target.Backend(key.get());
  }

  private static Optional<BackendKey> port(
      Service service, IngressServiceBackend named, boolean http2) {
    ServiceBackendPort port = named.port();
    if (port == null) {
      return Optional.empty();
    }
    Integer number = port.number();
    return port.name().isEmpty() && number != null
        ? Backends.byNumber(service, number, http2)
        : Backends.byName(service, port.name(), http2);
  }
}
