package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.AdmissionRequest.Operation;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.view.Refusals;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.apiserver.view.Trees;
import dev.wherry.machinery.pki.CertificateRequest;
import dev.wherry.machinery.pki.PkiException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Certificate signing requests: the requester's identity is written in by us; approving and signing
 * need a permission on the signer; nobody gets a client certificate of the superusers' group.
 * (Upstream's CertificateApproval, CertificateSigning and CertificateSubjectRestriction.)
 */
final class CertificateRules implements AdmissionPlugin {
  private static final String GROUP = "certificates.k8s.io";
  private static final Resource REQUESTS = new Resource(GROUP, "certificatesigningrequests");
  private static final String CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

  private final Authorizer authorizer;

  CertificateRules(Authorizer authorizer) {
    this.authorizer = authorizer;
  }

  @Override
  public String name() {
    return "CertificateApproval";
  }

  @Override
  public void mutate(AdmissionRequest request) {
    if (request.operation() == Operation.CREATE && request.isFor(REQUESTS)) {
      request.object().ifPresent(csr -> identify(Trees.object(csr, "spec"), request.user()));
    }
  }

  @Override
  public void validate(AdmissionRequest request) {
    if (!request.resource().equals(REQUESTS) || request.object().isEmpty()) {
      return;
    }
    ObjectNode csr = request.object().get();
    if (request.operation() == Operation.CREATE && request.subresource().isEmpty()) {
      restrictSubject(request, csr);
    } else if (request.operation() == Operation.UPDATE) {
      String signer = Trees.text(request.oldObject().orElse(csr), "spec", "signerName");
      if (request.subresource().equals("approval")) {
        require(request, "approve", signer);
      } else if (request.subresource().equals("status") && touchesCertificate(request, csr)) {
        require(request, "sign", signer);
      }
    }
  }

  private static void identify(ObjectNode spec, UserInfo user) {
    spec.put("username", user.name());
    spec.remove("uid");
    if (!user.uid().isEmpty()) {
      spec.put("uid", user.uid());
    }
    user.groups().forEach(spec.putArray("groups")::add);
    spec.remove("extra");
    if (!user.extra().isEmpty()) {
      ObjectNode extra = spec.putObject("extra");
      user.extra().forEach((key, values) -> values.forEach(extra.putArray(key)::add));
    }
  }

  private static void restrictSubject(AdmissionRequest request, ObjectNode csr) {
    if (!Trees.text(csr, "spec", "signerName").equals(CLIENT_SIGNER)) {
      return;
    }
    Optional<CertificateRequest> wanted = parse(csr);
    if (wanted.isPresent() && wanted.get().subject().organizations().contains(UserInfo.MASTERS)) {
      throw Refusals.forbidden(
          REQUESTS,
          request.name(),
          "use of " + CLIENT_SIGNER + " signer with " + UserInfo.MASTERS + " group is not allowed");
    }
  }

  private static Optional<CertificateRequest> parse(ObjectNode csr) {
    try {
      byte[] pem = Base64.getDecoder().decode(Trees.text(csr, "spec", "request"));
      String text = new String(pem, StandardCharsets.US_ASCII);
      return Optional.of(CertificateRequest.parsePem(text));
    } catch (IllegalArgumentException | PkiException e) {
      throw Refusals.invalid(
          REQUESTS,
          "CertificateSigningRequest",
          Trees.name(csr),
          "spec.request",
          "Invalid value: unable to parse csr: " + e.getMessage());
    }
  }

  private static boolean touchesCertificate(AdmissionRequest request, ObjectNode csr) {
    JsonNode old = request.oldObject().<JsonNode>map(o -> o.path("status")).orElse(csr);
    JsonNode status = csr.path("status");
    return !old.path("certificate").equals(status.path("certificate"))
        || hasFailed(status) != hasFailed(old);
  }

  private static boolean hasFailed(JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (Trees.text(condition, "type").equals("Failed")) {
        return true;
      }
    }
    return false;
  }

  private void require(AdmissionRequest request, String verb, String signer) {
    String domain = signer.split("/", 2)[0];
    boolean allowed =
        authorizer.allows(onSigner(request.user(), verb, signer))
            || authorizer.allows(onSigner(request.user(), verb, domain + "/*"));
    if (!allowed) {
      throw Refusals.forbidden(
          REQUESTS,
          request.name(),
          "user not permitted to " + verb + " requests with signerName \"" + signer + "\"");
    }
  }

  private static AccessRequest onSigner(UserInfo user, String verb, String signer) {
    return AccessRequest.resource(user, verb, GROUP, "signers", "", "", signer);
  }
}
