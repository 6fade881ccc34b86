package dev.wherry.testkit.e2e;

import dev.wherry.testkit.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A certificate for {@code site.test} that signs itself. */
final class SiteSecret {
  private SiteSecret() {}

  /**
   * Makes the certificate and the Secret {@code site} with it.
   *
   * @return the certificate's file, for clients to trust
   */
  static Path create(Program kubectl, Path folder) throws Exception {
    Path certificate = folder.resolve("tls.crt");
    Path key = folder.resolve("tls.key");
    new Program(List.of("openssl"), Map.of())
        .run(
            ("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                    + " -subj /CN=site.test -addext subjectAltName=DNS:site.test"
                    + " -keyout %s -out %s")
                .formatted(key, certificate)
                .split(" "))
        .orThrow();
    kubectl
        .run("create", "secret", "tls", "site", "--cert=" + certificate, "--key=" + key)
        .orThrow();
    return certificate;
  }
}
