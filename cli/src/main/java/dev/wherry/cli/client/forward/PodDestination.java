package dev.wherry.cli.client.forward;

import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.concurrent.CompletableFuture;

/**
 * Always the same pod.
 *
 * @param lost completed when the pod is gone
 */
record PodDestination(Session session, Backend backend, CompletableFuture<ClientException> lost)
    implements Destination {
  @Override
  public Backend choose() {
    return backend;
  }

  @Override
  public void taken(int localPort) {
    synchronized (session) {
      session.streams().out().println("Handling connection for " + localPort);
      session.streams().out().flush();
    }
  }

  @Override
  public void refused(ApiException refusal) {
    if (refusal.reason() == Reason.NOT_FOUND) {
      lost.complete(ClientException.error("lost connection to pod"));
    }
  }
}
