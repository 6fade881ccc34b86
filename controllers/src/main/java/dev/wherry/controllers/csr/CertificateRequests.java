package dev.wherry.controllers.csr;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.controllers.Controller;
import dev.wherry.controllers.ControllersConfig;
import dev.wherry.controllers.Parts;
import dev.wherry.machinery.client.DeleteOptions;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.loop.Outcome;
import dev.wherry.machinery.loop.ReconcilerLoop;
import dev.wherry.machinery.pki.CertificateRequest;
import dev.wherry.machinery.pki.CertificateUse;
import dev.wherry.machinery.pki.PkiException;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.model.Bytes;
import dev.wherry.model.authorization.v1.ResourceAttributes;
import dev.wherry.model.authorization.v1.SubjectAccessReview;
import dev.wherry.model.authorization.v1.SubjectAccessReviewSpec;
import dev.wherry.model.certificates.v1.CertificateSigningRequest;
import dev.wherry.model.certificates.v1.CertificateSigningRequestCondition;
import dev.wherry.model.certificates.v1.CertificateSigningRequestStatus;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Approves, signs and forgets certificate requests of kubelets (kube-controller-manager
 * certificates: approver, signer, cleaner). Client certificates are approved when the requester may
 * create {@code certificatesigningrequests/selfnodeclient} or {@code /nodeclient}; serving
 * certificates, which upstream leaves to an administrator, when a node asks for itself and for
 * nothing but its own name and addresses. Any other request waits for a person; one for a client of
 * the API server is signed then.
 */
public final class CertificateRequests implements Controller {
  private static final Set<String> SIGNERS =
      Set.of(KubeletRequest.CLIENT, KubeletRequest.SERVING, ClientRequest.SIGNER);

  private static final Duration LIFETIME_MIN = Duration.ofMinutes(10);

  private final Parts parts;
  private final CertificateSigner signer;
  private final Duration lifetimeMax;
  private final Informer<CertificateSigningRequest> requests;
  private final Informer<Node> nodes;
  private final WorkQueue<String> queue;
  private Optional<ReconcilerLoop<String>> loop = Optional.empty();

  public CertificateRequests(Parts parts, CertificateSigner signer, ControllersConfig config) {
    this.parts = parts;
    this.signer = signer;
    this.lifetimeMax = config.choices().certificatesMax();
    this.queue = parts.queue("certificate-requests");
    this.nodes = parts.informers().of(Node.KIND);
    nodes.onChange(this::nodeSeen);
    this.requests = parts.informers().of(CertificateSigningRequest.KIND);
    requests.onChange(change -> {
      if (!(change instanceof Change.Removed<CertificateSigningRequest>)) {
        queue.add(change.latest().metadata().name());
      }
    });
  }

  /** A serving certificate may have waited for the node's addresses. */
  private void nodeSeen(Change<Node> change) {
    String user = KubeletRequest.NODE_PREFIX + change.latest().metadata().name();
    for (CertificateSigningRequest csr : requests.list()) {
      if (csr.spec().signerName().equals(KubeletRequest.SERVING)
          && csr.spec().username().equals(user)
          && csr.status().conditions().isEmpty()) {
        queue.add(csr.metadata().name());
      }
    }
  }

  private Outcome handle(String name) {
    Optional<CertificateSigningRequest> found = requests.get("", name);
    if (found.isEmpty()) {
      return Outcome.DONE;
    }
    CertificateSigningRequest csr = found.get();
    Duration left = RequestAge.left(csr, parts.timer().instant());
    if (!left.isPositive()) {
      parts
          .client()
          .delete(
              CertificateSigningRequest.KIND, "", name, DeleteOptions.ofUid(csr.metadata().uid()));
      return Outcome.DONE;
    }
    advance(csr);
    return new Outcome.Again(left);
  }

  private void advance(CertificateSigningRequest csr) {
    boolean ours = SIGNERS.contains(csr.spec().signerName());
    var certificate = csr.status().certificate();
    boolean decided = has(csr, "Denied") || has(csr, "Failed") || certificate != null;
    if (!ours || decided) {
      return;
    }
    try {
      CertificateRequest request = KubeletRequest.parse(csr);
      boolean kubelets = !csr.spec().signerName().equals(ClientRequest.SIGNER);
      Optional<String> refusal =
          kubelets
              ? KubeletRequest.refusal(csr, request)
              : ClientRequest.refusal(csr.spec().usages());
      if (has(csr, "Approved")) {
        sign(csr, request, refusal);
      } else if (kubelets && refusal.isEmpty()) {
        approve(csr, request);
      }
    } catch (PkiException e) {
      if (has(csr, "Approved")) {
        fail(csr, String.valueOf(e.getMessage()));
      }
    }
  }

  private void approve(CertificateSigningRequest csr, CertificateRequest request) {
    Optional<String> message =
        csr.spec().signerName().equals(KubeletRequest.CLIENT)
            ? clientApproval(csr, request)
            : servingApproval(csr, request);
    if (message.isEmpty()) {
      return;
    }
    CertificateSigningRequest approved =
        with(csr, condition("Approved", "AutoApproved", message.get()));
    ObjectNode body = CertificateSigningRequest.KIND.toJson(approved);
    body.put("apiVersion", "certificates.k8s.io/v1").put("kind", "CertificateSigningRequest");
    parts
        .client()
        .subresource(
            "update", CertificateSigningRequest.KIND, "", csr.metadata().name(), "approval", body);
  }

  private Optional<String> clientApproval(
      CertificateSigningRequest csr, CertificateRequest request) {
    boolean self = csr.spec().username().equals(request.subject().commonName());
    if (self && mayCreate(csr, "selfnodeclient")) {
      return Optional.of(
          "Auto approving self kubelet client certificate after SubjectAccessReview.");
    }
    return mayCreate(csr, "nodeclient")
        ? Optional.of("Auto approving kubelet client certificate after SubjectAccessReview.")
        : Optional.empty();
  }

  private Optional<String> servingApproval(
      CertificateSigningRequest csr, CertificateRequest request) {
    String user = request.subject().commonName();
    if (!csr.spec().username().equals(user)
        || !csr.spec().groups().contains(KubeletRequest.NODES)) {
      return Optional.empty();
    }
    String name = user.substring(KubeletRequest.NODE_PREFIX.length());
    Optional<Node> node = nodes.get("", name);
    List<String> own = new ArrayList<>();
    own.add(name);
    node.ifPresent(n -> n.status().addresses().forEach(a -> own.add(a.address())));
    boolean covered =
        own.containsAll(request.names().dnsNames())
            && own.containsAll(request.names().ipAddresses());
    return node.isPresent() && covered
        ? Optional.of("Auto approving kubelet serving certificate for the node's own addresses.")
        : Optional.empty();
  }

  private boolean mayCreate(CertificateSigningRequest csr, String subresource) {
    ResourceAttributes what =
        ResourceAttributes.builder()
            .group("certificates.k8s.io")
            .version("*")
            .resource("certificatesigningrequests")
            .subresource(subresource)
            .verb("create")
            .build();
    SubjectAccessReviewSpec spec =
        SubjectAccessReviewSpec.builder()
            .user(csr.spec().username())
            .uid(csr.spec().uid())
            .groups(csr.spec().groups())
            .extra(csr.spec().extra())
            .resourceAttributes(what)
            .build();
    SubjectAccessReview answer =
        parts
            .client()
            .create(SubjectAccessReview.KIND, SubjectAccessReview.builder().spec(spec).build());
    return Boolean.TRUE.equals(answer.status().allowed());
  }

  private void sign(
      CertificateSigningRequest csr, CertificateRequest request, Optional<String> refusal) {
    if (refusal.isPresent()) {
      fail(csr, refusal.get());
      return;
    }
    boolean client = !csr.spec().signerName().equals(KubeletRequest.SERVING);
    String chain =
        signer.sign(
            request,
            client ? CertificateUse.CLIENT : CertificateUse.SERVER,
            lifetime(csr, lifetimeMax));
    CertificateSigningRequestStatus status =
        csr.status().toBuilder().certificate(Bytes.ofUtf8(chain)).build();
    update(csr.toBuilder().status(status).build());
  }

  static Duration lifetime(CertificateSigningRequest csr, Duration most) {
    Integer seconds = csr.spec().expirationSeconds();
    Duration wanted = seconds == null ? most : Duration.ofSeconds(seconds);
    Duration atLeast = wanted.compareTo(LIFETIME_MIN) < 0 ? LIFETIME_MIN : wanted;
    return atLeast.compareTo(most) > 0 ? most : atLeast;
  }

  private void fail(CertificateSigningRequest csr, String why) {
    update(with(csr, condition("Failed", "SignerValidationFailure", why)));
  }

  private void update(CertificateSigningRequest csr) {
    try {
      parts.client().updateStatus(CertificateSigningRequest.KIND, csr);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  private CertificateSigningRequestCondition condition(String type, String reason, String message) {
    Instant now = parts.timer().instant();
    return CertificateSigningRequestCondition.builder()
        .type(type)
        .status("True")
        .reason(reason)
        .message(message)
        .lastUpdateTime(now)
        .lastTransitionTime(now)
        .build();
  }

  private static CertificateSigningRequest with(
      CertificateSigningRequest csr, CertificateSigningRequestCondition condition) {
    List<CertificateSigningRequestCondition> all = new ArrayList<>(csr.status().conditions());
    all.add(condition);
    return csr.toBuilder().status(csr.status().toBuilder().conditions(all).build()).build();
  }

  static boolean has(CertificateSigningRequest csr, String type) {
    return csr.status().conditions().stream().anyMatch(c -> c.type().equals(type));
  }

  @Override
  public void start() {
    loop = Optional.of(ReconcilerLoop.start("certificate-requests", queue, 1, this::handle));
  }

  @Override
  public void close() {
    queue.close();
    loop.ifPresent(ReconcilerLoop::close);
  }
}
