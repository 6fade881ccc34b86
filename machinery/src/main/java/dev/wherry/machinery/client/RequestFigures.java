package dev.wherry.machinery.client;

import dev.wherry.machinery.figures.CounterFamily;
import dev.wherry.machinery.figures.HistogramFamily;
import dev.wherry.machinery.figures.MetricsText;

/**
 * What one client has asked of its server, by upstream's names (rule: component-base
 * metrics/prometheus/restclient). Any thread.
 */
public final class RequestFigures {
  /** Upstream's code of a request that nobody answered. */
  static final String NO_ANSWER = "<error>";

  private final String host;
  private final CounterFamily answers = new CounterFamily();
  private final HistogramFamily durations =
      new HistogramFamily(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60);

  /**
   * @param host with its port, the label of all that is counted
   */
  RequestFigures(String host) {
    this.host = host;
  }

  /** One try of a request is over; of a watch, that it has begun. */
  void answered(String method, String code) {
    answers.increment(MetricsText.labels("code", code, "host", host, "method", method));
  }

  /** A request with all its tries and the pauses between them. */
  void took(String method, long nanos) {
    durations.add(MetricsText.labels("host", host, "verb", method), nanos);
  }

  /** Adds its families to a page. */
  public void write(MetricsText page) {
    page.counters(
        "rest_client_requests_total",
        "[ALPHA] Requests to the API server by code, method and host.",
        answers);
    page.histograms(
        "rest_client_request_duration_seconds",
        "[ALPHA] How long requests to the API server take, by verb and host.",
        durations);
  }
}
