package dev.wherry.apiserver.http;

/**
 * What the edge takes from clients.
 *
 * @param bodyBytesMax of one request; more is 413 (upstream: 3 MiB)
 * @param headerBytesMax of all headers of a request; more is 431
 * @param inFlightMax requests worked on at a time, long-running ones apart; more are 429
 * @param waitingMax requests that may wait beside these; the package fairness says who
 * @param longRunningMax watches, logs and upgraded connections at a time
 * @param connectionsMax open connections
 * @param headerTimeoutSeconds for a connection to be made safe, and for it to send its first
 *     request and every next one's head
 * @param bodyTimeoutSeconds for a body to arrive
 */
public record HttpLimits(
    int bodyBytesMax,
    int headerBytesMax,
    int inFlightMax,
    int waitingMax,
    int longRunningMax,
    int connectionsMax,
    int headerTimeoutSeconds,
    int bodyTimeoutSeconds) {

  /** Nobody waits. */
  public HttpLimits(
      int bodyBytesMax,
      int headerBytesMax,
      int inFlightMax,
      int longRunningMax,
      int connectionsMax,
      int headerTimeoutSeconds,
      int bodyTimeoutSeconds) {
    this(
        bodyBytesMax,
        headerBytesMax,
        inFlightMax,
        0,
        longRunningMax,
        connectionsMax,
        headerTimeoutSeconds,
        bodyTimeoutSeconds);
  }

  public static HttpLimits defaults() {
    return new HttpLimits(3 << 20, 64 << 10, 600, 1_400, 20_000, 20_000, 180, 60);
  }
}
