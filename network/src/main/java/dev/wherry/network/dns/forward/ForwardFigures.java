package dev.wherry.network.dns.forward;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What forwarders count, together; any thread.
 *
 * @param hits answers from the cache that say something
 * @param denialHits answers from the cache that say that there is nothing
 * @param rejected questions turned away because too much was under way
 * @param shared questions that waited for an equal one's answer
 * @param foreign datagrams that did not answer what was asked: late, broken or forged
 * @param probeFailures failed probes of servers that had been silent
 * @param loops servers that were found to ask us
 * @param sent questions by server
 */
public record ForwardFigures(
    LongAdder hits,
    LongAdder denialHits,
    LongAdder misses,
    LongAdder rejected,
    LongAdder shared,
    LongAdder foreign,
    LongAdder probeFailures,
    LongAdder loops,
    Map<String, LongAdder> sent) {

  /** Nothing counted yet. */
  public static ForwardFigures fresh() {
    return new ForwardFigures(
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new LongAdder(),
        new ConcurrentHashMap<>());
  }

  void sentTo(Upstream upstream) {
    sent.computeIfAbsent(upstream.toString(), _ -> new LongAdder()).increment();
  }
}
