package dev.wherry.kubelet.identity;

import dev.wherry.machinery.client.HttpsApiClient;
import dev.wherry.machinery.client.HttpsConfig;
import dev.wherry.machinery.pki.AlternativeNames;
import dev.wherry.machinery.pki.TlsContexts;
import dev.wherry.machinery.pki.TlsIdentity;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * Finds a node's client certificate on disk or gets the first one with a join token. Every failure
 * is one sentence that says what to do.
 */
record NodeJoin(
    NodeIdentity.Settings settings, IdentityFiles files, SigningRequests requests, Timer timer) {
  private static final System.Logger LOG = System.getLogger(NodeJoin.class.getName());
  private static final String NEW_TOKEN = "make one on the server with: wherry token create";

  /** A member of a cluster. */
  record Member(X509Certificate authority, TlsIdentity client) {}

  Member member(Optional<JoinToken> token) throws IOException, InterruptedException {
    Optional<X509Certificate> authority = files.authority();
    Optional<TlsIdentity> known = files.read(IdentityFiles.CLIENT);
    if (authority.isPresent() && known.isPresent()) {
      refuseOtherCluster(authority.get(), token);
      if (known.get().notAfter().isAfter(timer.instant())) {
        return new Member(authority.get(), known.get());
      }
    }
    if (token.isEmpty()) {
      String state =
          known
              .map(old -> "this node's certificate expired at " + old.notAfter())
              .orElse("this node has not joined a cluster yet");
      throw new IOException(state + ", so it needs a join token; " + NEW_TOKEN);
    }
    return join(token.get());
  }

  private void refuseOtherCluster(X509Certificate authority, Optional<JoinToken> token)
      throws IOException {
    if (token.isPresent() && !AuthorityFetch.hash(authority).equals(token.get().caHash())) {
      throw new IOException(
          files.directory()
              + " belongs to another cluster than the join token; to join the token's cluster,"
              + " move that directory away");
    }
    try {
      authority(AuthorityFetch.hash(authority));
    } catch (AuthorityFetch.OtherAuthorityException e) {
      throw new IOException(
          "the server at "
              + settings.server()
              + " is of another cluster than "
              + files.directory()
              + "; correct --server, or move that directory away and join with a new token",
          e);
    } catch (IOException e) {
      // Its pods run meanwhile, and it catches up later.
      LOG.log(Level.WARNING, "the server is away for now: {0}", e.getMessage());
    }
  }

  /** The cluster's CA, as long as it is the expected one. */
  private X509Certificate authority(String expectedHash) throws IOException {
    return settings.authority().isPresent()
        ? AuthorityFetch.pinned(settings.authority().get(), expectedHash)
        : AuthorityFetch.fetch(settings.server(), expectedHash);
  }

  private Member join(JoinToken token) throws IOException, InterruptedException {
    X509Certificate authority;
    try {
      authority = authority(token.caHash());
    } catch (AuthorityFetch.OtherAuthorityException e) {
      throw new IOException(
          "the server at "
              + settings.server()
              + " is not the one this join token was made for; correct --server, or get a token of"
              + " that server: wherry token create",
          e);
    }
    HttpsConfig config =
        HttpsConfig.ofToken(
            settings.server(), TlsContexts.trusting(List.of(authority)), token::bootstrapToken);
    try (HttpsApiClient bootstrap = new HttpsApiClient(config, timer)) {
      TlsIdentity identity =
          requests.obtain(bootstrap, SigningRequests.CLIENT_SIGNER, AlternativeNames.NONE);
      files.writeAuthority(authority);
      files.write(IdentityFiles.CLIENT, identity);
      LOG.log(Level.INFO, "node joined name={0}", settings.nodeName());
      return new Member(authority, identity);
    } catch (ApiException e) {
      if (e.reason() == Reason.UNAUTHORIZED) {
        throw new IOException("the join token is wrong or has expired; " + NEW_TOKEN, e);
      }
      throw new IOException("the server refused this node: " + e.text(), e);
    }
  }
}
