package dev.wherry.network.ingress.kinds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.network.ingress.kinds.ClusterObjects.Authorities;
import dev.wherry.network.ingress.route.BackendTls;
import dev.wherry.network.trees.TreeObject;
import dev.wherry.network.trees.Trees;
import java.util.ArrayList;
import java.util.List;

/**
 * What a BackendTLSPolicy says of backends' certificates.
 *
 * @param tls {@link BackendTls#NONE} where nobody is to be trusted
 * @param awaited whether something it needs is still being read
 */
record PolicyTrust(BackendTls tls, Condition accepted, Condition resolved, boolean awaited) {
  private static final String SYSTEM = "System";
  private static final String INVALID_REF = "InvalidCACertificateRef";
  private static final String AWAITED = "Awaited";
  private static final Condition ACCEPTED = Condition.yes("Accepted", "Accepted");
  private static final Condition RESOLVED = Condition.yes("ResolvedRefs", "ResolvedRefs");

  static PolicyTrust of(TreeObject policy, ClusterObjects objects, Findings findings) {
    JsonNode validation = policy.spec().path("validation");
    JsonNode refs = validation.path("caCertificateRefs");
    if (refs.isEmpty()) {
      String wellKnown = Trees.text(validation, "wellKnownCACertificates");
      return wellKnown.equals(SYSTEM)
          ? new PolicyTrust(names(validation, ""), ACCEPTED, RESOLVED, false)
          : new PolicyTrust(
              BackendTls.NONE,
              Condition.no(
                  "Accepted", "Invalid", "certificates \"" + wellKnown + "\" are not known"),
              RESOLVED,
              false);
    }
    StringBuilder pem = new StringBuilder();
    Condition resolved = RESOLVED;
    boolean awaited = false;
    for (JsonNode ref : refs) {
      Condition found = read(ref, policy.metadata().namespace(), objects, findings, pem);
      resolved = resolved.status() ? found : resolved;
      awaited |= found.reason().equals(AWAITED);
    }
    return pem.isEmpty()
        ? new PolicyTrust(
            BackendTls.NONE,
            Condition.no("Accepted", "NoValidCACertificate", "no reference leads to certificates"),
            resolved,
            awaited)
        : new PolicyTrust(names(validation, pem.toString()), ACCEPTED, resolved, awaited);
  }

  private static Condition read(
      JsonNode ref,
      String namespace,
      ClusterObjects objects,
      Findings findings,
      StringBuilder pem) {
    String kind = Trees.text(ref, "kind");
    if (!Trees.text(ref, "group").isEmpty() || !kind.equals("ConfigMap")) {
      return Condition.no("ResolvedRefs", "InvalidKind", "certificates come from ConfigMaps");
    }
    ObjectKey configMap = new ObjectKey(namespace, Trees.text(ref, "name"));
    findings.authorities(configMap);
    return switch (objects.authorities(configMap)) {
      case Authorities.Known(String text) -> {
        pem.append(text).append('\n');
        yield RESOLVED;
      }
      case Authorities.Unusable(String why) ->
          Condition.no("ResolvedRefs", INVALID_REF, "configmap " + configMap + ": " + why);
      case Authorities.Awaited() -> Condition.no("ResolvedRefs", AWAITED, "");
    };
  }

  /** The host name counts only where no other names are given. */
  private static BackendTls names(JsonNode validation, String pem) {
    String serverName = Trees.text(validation, "hostname");
    List<String> hosts = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    for (JsonNode name : validation.path("subjectAltNames")) {
      if (Trees.text(name, "type").equals("URI")) {
        uris.add(Trees.text(name, "uri"));
      } else {
        hosts.add(Trees.text(name, "hostname"));
      }
    }
    if (hosts.isEmpty() && uris.isEmpty()) {
      hosts.add(serverName);
    }
    return new BackendTls(serverName, hosts, uris, pem);
  }
}
