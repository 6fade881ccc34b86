package dev.wherry.cli;

import dev.wherry.apiserver.ApiServer;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.kubelet.identity.JoinToken;
import dev.wherry.kubelet.identity.NodeIdentity;
import dev.wherry.machinery.time.Timer;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;

/**
 * The worker in the server's own process. It joins as every agent does: with a token, made here for
 * the moment and deleted behind it.
 */
final class ServerNode {
  private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(10);

  private ServerNode() {}

  static void start(
      Deque<AutoCloseable> parts,
      WorkerOptions options,
      RuntimeAhead ahead,
      ApiServer api,
      Timer timer,
      SecureRandom random)
      throws IOException, InterruptedException {
    X509Certificate authority = api.pki().authority().certificate();
    Optional<LocalNode.Near> near =
        Optional.of(
            new LocalNode.Near(
                api.clientFor(UserInfo.of("system:node:" + options.nodeName(), "system:nodes")),
                authority));
    if (NodeIdentity.isMember(options.identityDirectory(), authority, timer)) {
      LocalNode.start(parts, options, ahead, Optional.empty(), near, timer, random);
      return;
    }
    JoinTokens tokens =
        new JoinTokens(
            new ComponentClients(api).apiServer(),
            api.pki().authority().fingerprint(),
            timer,
            random);
    JoinToken token = tokens.create(Optional.of(TOKEN_LIFETIME), "the server's own worker");
    try {
      LocalNode.start(parts, options, ahead, Optional.of(token), near, timer, random);
    } finally {
      tokens.delete(JoinTokens.id(token));
    }
  }
}
