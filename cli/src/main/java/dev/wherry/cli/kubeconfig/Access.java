package dev.wherry.cli.kubeconfig;

import dev.wherry.machinery.pki.PeerTls;
import java.util.List;

/**
 * How to reach a server and as whom; absent texts are "".
 *
 * @param server the URL
 * @param authorityPem certificate authorities to trust, "" for those of the Java runtime
 * @param insecure trust any certificate
 * @param tlsServerName the name in the server's certificate, where it is not the URL's
 * @param certificatePem the client's certificate chain
 * @param keyPem its key
 * @param token a bearer token
 * @param user for HTTP basic authentication
 * @param impersonate the user to act as
 * @param plugin gives the credentials instead; its command is "" when there is none
 * @param namespace the one that is meant where none is named
 */
public record Access(
    String server,
    String authorityPem,
    boolean insecure,
    String tlsServerName,
    String certificatePem,
    String keyPem,
    String token,
    String user,
    String password,
    String impersonate,
    List<String> impersonateGroups,
    ExecPlugin.Spec plugin,
    String namespace) {
  public Access {
    impersonateGroups = List.copyOf(impersonateGroups);
  }

  /** What of it is TLS. */
  public PeerTls tls() {
    return new PeerTls(insecure, tlsServerName, authorityPem, certificatePem, keyPem);
  }

  /** The same access with the credentials that a plugin gave. */
  public Access with(ExecPlugin.Credentials credentials) {
    return new Access(
        server,
        authorityPem,
        insecure,
        tlsServerName,
        credentials.certificatePem(),
        credentials.keyPem(),
        credentials.token(),
        user,
        password,
        impersonate,
        impersonateGroups,
        ExecPlugin.Spec.NONE,
        namespace);
  }
}
