package dev.wherry.network.dns.forward;

import java.time.Duration;

/**
 * What a forwarder may use and how long it tries.
 *
 * @param attempt how long one server is waited for
 * @param attemptsMax how many are asked for one question; together they stay below the five seconds
 *     after which a client asks again
 * @param underWayMax questions at once; more are turned away
 * @param waitersMax clients that wait for one question's answer
 * @param cacheEntriesMax answers kept
 * @param cacheBytesMax their bytes
 * @param probePause between probes of a server that was silent
 * @param loopPause between looks whether a server that asked us still does
 * @param lookPause between looks at the host's configuration, when somebody asks
 */
public record ForwardLimits(
    Duration attempt,
    int attemptsMax,
    int underWayMax,
    int waitersMax,
    int cacheEntriesMax,
    long cacheBytesMax,
    Duration probePause,
    Duration loopPause,
    Duration lookPause) {

  public static ForwardLimits defaults() {
    return new ForwardLimits(
        Duration.ofMillis(1200),
        3,
        1000,
        256,
        10_000,
        16L << 20,
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5));
  }
}
