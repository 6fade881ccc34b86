package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.fairness.Seat;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.request.RequestInfo;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Requests that are being answered now, for the metrics page. Any thread. */
final class UnderWay {
  private static final Set<String> READING = Set.of("get", "list", "watch", "head");

  private final LongAdder reading = new LongAdder();
  private final LongAdder changing = new LongAdder();
  private final ConcurrentHashMap<String, LongAdder> longRunning = new ConcurrentHashMap<>();

  /** Counts a short request until the result is closed; others are counted nowhere. */
  Seat shortOne(RequestInfo asked) {
    if (asked.isLongRunning()) {
      return Seat.FREE;
    }
    LongAdder count = READING.contains(asked.verb()) ? reading : changing;
    count.increment();
    return count::decrement;
  }

  /** Counts a watch or stream until its answer is at its end. */
  void longOne(Exchange exchange, CountedRequest request) {
    String labels = request.longRunningLabels();
    if (longRunning.size() >= Metrics.SERIES_MAX && !longRunning.containsKey(labels)) {
      return;
    }
    LongAdder count = longRunning.computeIfAbsent(labels, l -> new LongAdder());
    count.increment();
    exchange.whenFinished(count::decrement);
  }

  Map<String, Double> inFlight() {
    return Map.of(
        "request_kind=\"readOnly\"",
        (double) reading.sum(),
        "request_kind=\"mutating\"",
        (double) changing.sum());
  }

  Map<String, Double> longRunning() {
    Map<String, Double> counts = new TreeMap<>();
    longRunning.forEach((labels, count) -> counts.put(labels, (double) count.sum()));
    return counts;
  }
}
