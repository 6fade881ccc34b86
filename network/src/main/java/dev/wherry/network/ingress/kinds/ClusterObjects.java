package dev.wherry.network.ingress.kinds;

import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.networking.v1.Ingress;
import dev.wherry.model.networking.v1.IngressClass;
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

  /** Where clients reach the proxies, first ones first. */
  List<String> addresses();

  /** What a Secret is good for. */
  sealed interface CertificateState {
    record Usable() implements CertificateState {}

    record Unusable(String why) implements CertificateState {}
  }
}
