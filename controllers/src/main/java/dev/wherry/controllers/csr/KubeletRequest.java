package dev.wherry.controllers.csr;

import dev.wherry.machinery.pki.CertificateRequest;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.model.certificates.v1.CertificateSigningRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a kubelet's request must look like (pkg/apis/certificates, ValidateKubelet*CSR). */
final class KubeletRequest {
  static final String CLIENT = "kubernetes.io/kube-apiserver-client-kubelet";
  static final String SERVING = "kubernetes.io/kubelet-serving";
  static final String NODES = "system:nodes";
  static final String NODE_PREFIX = "system:node:";

  private static final Set<Set<String>> CLIENT_USAGES =
      Set.of(
          Set.of("key encipherment", "digital signature", "client auth"),
          Set.of("digital signature", "client auth"));
  private static final Set<Set<String>> SERVING_USAGES =
      Set.of(
          Set.of("key encipherment", "digital signature", "server auth"),
          Set.of("digital signature", "server auth"));

  private KubeletRequest() {}

  /**
   * @throws PkiException when there is no readable request whose signature is by its key
   */
  static CertificateRequest parse(CertificateSigningRequest csr) {
    var request = csr.spec().request();
    if (request == null) {
      throw new PkiException("the request is empty");
    }
    return CertificateRequest.parsePem(request.utf8());
  }

  /**
   * @return why the signer of this name refuses, or empty
   */
  static Optional<String> refusal(CertificateSigningRequest csr, CertificateRequest request) {
    Set<String> usages = new HashSet<>(csr.spec().usages());
    return csr.spec().signerName().equals(CLIENT)
        ? clientRefusal(request, usages)
        : servingRefusal(request, usages);
  }

  private static Optional<String> clientRefusal(CertificateRequest request, Set<String> usages) {
    Optional<String> subject = subjectRefusal(request);
    if (subject.isPresent()) {
      return subject;
    }
    if (!request.names().isEmpty()) {
      return Optional.of("subject alternative names are not allowed");
    }
    return CLIENT_USAGES.contains(usages)
        ? Optional.empty()
        : Optional.of("usages did not match [digital signature key encipherment client auth]");
  }

  private static Optional<String> servingRefusal(CertificateRequest request, Set<String> usages) {
    Optional<String> subject = subjectRefusal(request);
    if (subject.isPresent()) {
      return subject;
    }
    if (request.names().isEmpty()) {
      return Optional.of("at least one DNS or IP subjectAltName is required");
    }
    if (!request.names().others().isEmpty()) {
      return Optional.of("email and URI subjectAltNames are not allowed");
    }
    return SERVING_USAGES.contains(usages)
        ? Optional.empty()
        : Optional.of("usages did not match [digital signature key encipherment server auth]");
  }

  private static Optional<String> subjectRefusal(CertificateRequest request) {
    if (!request.subject().organizations().equals(List.of(NODES))) {
      return Optional.of("subject organization is not system:nodes");
    }
    return request.subject().commonName().startsWith(NODE_PREFIX)
        ? Optional.empty()
        : Optional.of("subject common name does not begin with system:node: ");
  }
}
