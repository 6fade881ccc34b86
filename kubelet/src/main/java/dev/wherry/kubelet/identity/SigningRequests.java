package dev.wherry.kubelet.identity;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.CertificateRequest;
import dev.wherry.machinery.pki.KeyPairs;
import dev.wherry.machinery.pki.Pem;
import dev.wherry.machinery.pki.Subject;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Bytes;
import dev.wherry.model.certificates.v1.CertificateSigningRequest;
import dev.wherry.model.certificates.v1.CertificateSigningRequestSpec;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Gets certificates through CertificateSigningRequests. Blocking. */
final class SigningRequests {
  static final String CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";
  static final String SERVING_SIGNER = "kubernetes.io/kubelet-serving";
  private static final Duration WAIT_MAX = Duration.ofMinutes(5);
  private static final Duration POLL_FIRST = Duration.ofMillis(25);
  private static final Duration POLL_MAX = Duration.ofSeconds(1);

  private final String nodeName;
  private final Timer timer;
  private final SecureRandom random;

  SigningRequests(String nodeName, Timer timer, SecureRandom random) {
    this.nodeName = nodeName;
    this.timer = timer;
    this.random = random;
  }

  /** A new key and its certificate; waits until the request is approved and signed. */
  TlsIdentity obtain(ApiClient api, String signer, AlternativeNames names)
      throws IOException, InterruptedException {
    KeyPair keys = KeyPairs.generate(random);
    Subject subject = Subject.of("system:node:" + nodeName, "system:nodes");
    String pem = CertificateRequest.create(keys, subject, names).toPem();
    boolean client = signer.equals(CLIENT_SIGNER);
    CertificateSigningRequest created =
        api.create(
            CertificateSigningRequest.KIND,
            CertificateSigningRequest.builder()
                .metadata(
                    ObjectMeta.builder()
                        .name(
                            (client ? "node-csr-" : "csr-")
                                + nodeName
                                + "-"
                                + Long.toUnsignedString(random.nextLong(), Character.MAX_RADIX))
                        .build())
                .spec(
                    CertificateSigningRequestSpec.builder()
                        .request(Bytes.ofUtf8(pem))
                        .signerName(signer)
                        .usages(
                            List.of("digital signature", client ? "client auth" : "server auth"))
                        .build())
                .build());
    String certificate = await(api, created.metadata().name());
    return new TlsIdentity(keys.getPrivate(), Pem.certificates(certificate));
  }

  private String await(ApiClient api, String name) throws IOException, InterruptedException {
    Instant end = timer.instant().plus(WAIT_MAX);
    Duration poll = POLL_FIRST;
    while (timer.instant().isBefore(end)) {
      CertificateSigningRequest request = api.get(CertificateSigningRequest.KIND, "", name);
      Bytes certificate = request.status().certificate();
      if (certificate != null && certificate.length() > 0) {
        return certificate.utf8();
      }
      for (var condition : request.status().conditions()) {
        if (condition.type().equals("Denied") || condition.type().equals("Failed")) {
          throw new IOException(
              "certificate request " + name + " was refused: " + condition.message());
        }
      }
      timer.pause(poll);
      poll = poll.compareTo(POLL_MAX) < 0 ? poll.multipliedBy(2) : poll;
    }
    throw new IOException(
        "certificate request " + name + " was not signed in " + WAIT_MAX.toMinutes() + " minutes");
  }
}
