package dev.wherry.machinery.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.PatchType;
import dev.wherry.machinery.event.EventCorrelator.Report;
import dev.wherry.machinery.event.EventCorrelator.Verdict;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Times;
import dev.wherry.model.core.v1.Event;
import dev.wherry.model.core.v1.EventSource;
import dev.wherry.model.core.v1.ObjectReference;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes core/v1 events about objects without ever holding its caller up: reports go to a bounded
 * queue and are dropped, with one line in the log, when it is full.
 */
public final class EventRecorder implements AutoCloseable {
  /** Reports that may wait to be written. */
  public static final int QUEUE_REPORTS_MAX = 1_000;

  private static final Logger LOG = System.getLogger(EventRecorder.class.getName());
  private static final int DROPS_PER_LINE = 1_000;
  private static final int ATTEMPTS_MAX = 12;
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(10);

  private final ApiClient client;
  private final String component;
  private final String host;
  private final Timer timer;
  private final BlockingQueue<Report> reports = new ArrayBlockingQueue<>(QUEUE_REPORTS_MAX);
  private final EventCorrelator correlator = new EventCorrelator();
  private final AtomicLong drops = new AtomicLong();
  private final Thread thread;
  private long lastNanos;

  EventRecorder(ApiClient client, String component, String host, Timer timer) {
    this.client = client;
    this.component = component;
    this.host = host;
    this.timer = timer;
    this.thread = Thread.ofVirtual().name("events-" + component).unstarted(this::run);
  }

  /**
   * @param component who reports, such as {@code kubelet}
   * @param host the node it runs on, or ""
   */
  public static EventRecorder start(ApiClient client, String component, String host, Timer timer) {
    EventRecorder recorder = new EventRecorder(client, component, host, timer);
    recorder.thread.start();
    return recorder;
  }

  public void report(KubeObject regarding, EventType type, String reason, String message) {
    report(References.to(regarding), type, reason, message);
  }

  public void report(ObjectReference regarding, EventType type, String reason, String message) {
    if (!reports.offer(new Report(regarding, type, reason, message, timer.instant()))) {
      dropped(reason, message);
    }
  }

  /** One line for a flood: writing it must not cost more than the event would have. */
  private void dropped(String reason, String message) {
    long all = drops.incrementAndGet();
    if (all % DROPS_PER_LINE == 1) {
      LOG.log(
          Level.WARNING,
          "event dropped: queue full reason={0} message={1} droppedSoFar={2}",
          reason,
          message,
          all);
    }
  }

  /** Takes what waits and forgets it: for recorders that were never started. */
  int discard() {
    int count = reports.size();
    reports.clear();
    return count;
  }

  private void run() {
    try {
      while (true) {
        write(reports.take());
      }
    } catch (InterruptedException closed) {
      // The way to end.
    }
  }

  private void write(Report report) throws InterruptedException {
    Verdict verdict = correlator.judge(report);
    for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      try {
        write(report, verdict);
        return;
      } catch (ApiException e) {
        if (!passing(e)) {
          // The namespace is going, or the reference is bad: no attempt will end otherwise.
          LOG.log(Level.DEBUG, "event refused reason={0} why={1}", report.reason(), e.text());
          return;
        }
      } catch (RuntimeException e) {
        LOG.log(Level.DEBUG, "event not written", e);
      }
      timer.pause(BETWEEN_ATTEMPTS);
    }
    LOG.log(Level.WARNING, "event given up reason={0}", report.reason());
  }

  private static boolean passing(ApiException e) {
    return switch (e.reason()) {
      case TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE, TIMEOUT, SERVER_TIMEOUT, INTERNAL_ERROR -> true;
      default -> false;
    };
  }

  private void write(Report report, Verdict verdict) {
    switch (verdict) {
      case Verdict.Dropped() -> {}
      case Verdict.Create(String message) -> create(report, message, 1);
      case Verdict.CountUp(String name, String message, int count) ->
          countUp(report, name, message, count);
    }
  }

  private void countUp(Report report, String name, String message, int count) {
    ObjectNode patch = Json.object();
    patch.put("count", count).put("message", message);
    patch.put("lastTimestamp", Times.time(report.at()));
    try {
      client.patch(Event.KIND, namespace(report), name, PatchType.MERGE, patch);
      correlator.wrote(report, message, name, count);
    } catch (ApiException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
      // It was expired by the server: begin anew, the count stays.
      create(report, message, count);
    }
  }

  private void create(Report report, String message, int count) {
    Instant at = report.at();
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(namespace(report))
            .name(report.regarding().name() + "." + Long.toHexString(nextNanos(at)))
            .build();
    Event event =
        Event.builder()
            .metadata(meta)
            .involvedObject(report.regarding())
            .type(report.type().text())
            .reason(report.reason())
            .message(message)
            .source(EventSource.builder().component(component).host(host).build())
            .reportingComponent(component)
            .reportingInstance(host)
            .firstTimestamp(at)
            .lastTimestamp(at)
            .count(count)
            .build();
    Event stored = client.create(Event.KIND, event);
    correlator.wrote(report, message, stored.metadata().name(), count);
  }

  /** Events about objects of cluster scope live in {@code default}. */
  private static String namespace(Report report) {
    String namespace = report.regarding().namespace();
    return namespace.isEmpty() ? "default" : namespace;
  }

  /** Names end in the time in nanoseconds, as upstream's; never the same twice. */
  private long nextNanos(Instant at) {
    long nanos = at.getEpochSecond() * 1_000_000_000L + at.getNano();
    lastNanos = Math.max(lastNanos + 1, nanos);
    return lastNanos;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
