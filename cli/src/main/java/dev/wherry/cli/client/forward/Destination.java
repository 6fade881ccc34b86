package dev.wherry.cli.client.forward;

import dev.wherry.model.status.ApiException;

/** Where the connections of a local port go; called from each connection's thread. */
interface Destination {
  /**
   * A port of a pod.
   *
   * @param pod path of the pod at the API server
   */
  record Backend(String pod, int port) {}

  /**
   * Chooses for one connection.
   *
   * @throws dev.wherry.cli.client.failure.ClientException with a line when there is none
   */
  Backend choose();

  /** A connection to the local port has come. */
  void taken(int localPort);

  /** The server refuses the way to a chosen pod. */
  void refused(ApiException refusal);
}
