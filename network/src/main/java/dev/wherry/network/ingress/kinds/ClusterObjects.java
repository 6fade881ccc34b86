package dev.wherry.network.ingress.kinds;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
import dev.wherry.network.trees.TreeObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What translations look at. */
public interface ClusterObjects {
  List<Ingress> ingresses();

  List<IngressClass> ingressClasses();

  Optional<Service> service(String namespace, String name);

  /** Objects of one of {@link GatewayKinds}; none where it is not defined. */
  List<TreeObject> all(Kind<TreeObject> kind);

  /** None where there is no such namespace. */
  Map<String, String> namespaceLabels(String namespace);

  CertificateState certificate(ObjectKey secret);

  Authorities authorities(ObjectKey configMap);

  /** Where clients reach the proxies, first ones first. */
  List<String> addresses();

  /** Whether each Gateway is to get an address of its own, so that none is a mistake. */
  default boolean gatewaysHaveAddresses() {
    return false;
  }

  /** What a ConfigMap says of whom to trust. */
  sealed interface Authorities {
    /**
     * Those to trust.
     *
     * @param pem one certificate or several
     */
    record Known(String pem) implements Authorities {}

    record Unusable(String why) implements Authorities {}

    /** Its watch has not told yet. */
    record Awaited() implements Authorities {}
  }

  /** What a Secret is good for. */
  sealed interface CertificateState {
    record Usable() implements CertificateState {}

    record Unusable(String why) implements CertificateState {}
  }
}
