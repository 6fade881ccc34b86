package dev.wherry.network.dns.server;

import java.time.Duration;

/**
 * What clients may take of one loop.
 *
 * @param clientQueriesPerSecond from one address, in the long run; more are dropped
 * @param clientBurst from one address at once
 * @param clientsMax addresses that are counted; those unheard of longest are forgotten
 * @param connectionsMax TCP connections at once
 * @param clientConnectionsMax of one address
 * @param pipelineMax questions of a connection that wait for their answers; it is not read
 *     meanwhile
 * @param idle after which a connection is closed
 */
public record ServerLimits(
    int clientQueriesPerSecond,
    int clientBurst,
    int clientsMax,
    int connectionsMax,
    int clientConnectionsMax,
    int pipelineMax,
    Duration idle) {

  /** A pod that asks 10,000 times a second is broken; one that starts asks hundreds at once. */
  public static ServerLimits defaults() {
    return new ServerLimits(10_000, 20_000, 4096, 512, 64, 100, Duration.ofSeconds(10));
  }
}
