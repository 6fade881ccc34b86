package dev.wherry.network.ingress.proxy;

/**
 * What the proxy takes and how long it waits.
 *
 * @param headBytesMax of a request's line and headers; more is 431
 * @param lineBytesMax of a request's first line; more is 414
 * @param headLinesMax headers of a request; more is 431
 * @param connectionsMax from clients, over all loops
 * @param streamsMax requests at a time on one HTTP/2 connection
 * @param backendConnectionsMax to one endpoint, for each loop
 * @param waitingMax requests that wait for one endpoint's connection, for each loop; more get 503
 * @param idleBackendsMax connections kept for later to one endpoint, for each loop
 * @param headMillis for a request's head to arrive, from its first byte on
 * @param idleMillis between requests of one connection
 * @param stallMillis without progress in a body
 * @param answerMillis for a backend to begin its answer; more is 504
 * @param connectMillis for a connection to an endpoint
 * @param idleBackendMillis that an unused connection to an endpoint is kept
 * @param sweepMillis between looks at all of these
 * @param drainMillis for requests under way when a port is closed
 */
public record ProxyLimits(
    int headBytesMax,
    int lineBytesMax,
    int headLinesMax,
    int connectionsMax,
    int streamsMax,
    int backendConnectionsMax,
    int waitingMax,
    int idleBackendsMax,
    long headMillis,
    long idleMillis,
    long stallMillis,
    long answerMillis,
    long connectMillis,
    long idleBackendMillis,
    long sweepMillis,
    long drainMillis) {

  /** As for a node in use: much like nginx' own. */
  public static ProxyLimits defaults() {
    return new ProxyLimits(
        32 << 10, 8 << 10, 128, 20_000, 128, 512, 1_024, 64, 20_000, 75_000, 60_000, 300_000, 5_000,
        60_000, 1_000, 5_000);
  }

  /** The same with other times, for tests. */
  ProxyLimits withTimes(long head, long idle, long stall, long answer, long sweep) {
    return new ProxyLimits(
        headBytesMax,
        lineBytesMax,
        headLinesMax,
        connectionsMax,
        streamsMax,
        backendConnectionsMax,
        waitingMax,
        idleBackendsMax,
        head,
        idle,
        stall,
        answer,
        connectMillis,
        idleBackendMillis,
        sweep,
        drainMillis);
  }
}
