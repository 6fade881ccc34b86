package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.http.Exchange;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz}, {@code /livez} and {@code /readyz}, as a whole and check by check (apiserver
 * server/healthz).
 */
final class HealthChecks {
  private static final String LIVENESS = "/livez";

  private final Map<String, BooleanSupplier> living;
  private final Map<String, BooleanSupplier> all;
  private final CheckCounts counts = new CheckCounts();

  /**
   * @param living what must hold, or the server should be started anew
   * @param ready what must hold beside it for requests to be answered well
   */
  HealthChecks(Map<String, BooleanSupplier> living, Map<String, BooleanSupplier> ready) {
    this.living = new LinkedHashMap<>(living);
    this.all = new LinkedHashMap<>(living);
    this.all.putAll(ready);
  }

  private Map<String, BooleanSupplier> of(String path) {
    return path.startsWith(LIVENESS) ? living : all;
  }

  /** The page {@code /metrics/slis}. */
  byte[] countsPage() {
    return counts.page();
  }

  /** Answers {@code /livez/etcd} and the like; false when there is no such check. */
  boolean one(Exchange exchange, String path) {
    String name = path.substring(path.indexOf('/', 1) + 1);
    BooleanSupplier check = name.equals("ping") ? () -> true : of(path).get(name);
    if (check == null) {
      return false;
    }
    boolean good = check.getAsBoolean();
    Answers.text(exchange, good ? 200 : 500, good ? "ok" : "internal server error: " + name);
    return true;
  }

  /** Answers for all checks of a path. */
  void all(Exchange exchange, String path) {
    String name = path.substring(1);
    Set<String> excluded = new LinkedHashSet<>(exchange.query().all("exclude"));
    Set<String> unknown = new LinkedHashSet<>(excluded);
    unknown.removeAll(of(path).keySet());
    boolean pinged = !unknown.remove("ping");
    StringBuilder report = new StringBuilder(pinged ? "[+]ping ok\n" : "[+]ping excluded: ok\n");
    if (pinged) {
      counts.add("ping", name, true);
    }
    boolean good = true;
    for (Map.Entry<String, BooleanSupplier> check : of(path).entrySet()) {
      if (excluded.contains(check.getKey())) {
        report.append("[+]").append(check.getKey()).append(" excluded: ok\n");
        continue;
      }
      boolean fine = check.getValue().getAsBoolean();
      good &= fine;
      counts.add(check.getKey(), name, fine);
      report
          .append(fine ? "[+]" : "[-]")
          .append(check.getKey())
          .append(fine ? " ok\n" : " failed: reason withheld\n");
    }
    if (!unknown.isEmpty()) {
      report
          .append("warn: some health checks cannot be excluded: no matches for \"")
          .append(String.join("\", \"", unknown))
          .append("\"\n");
    }
    report.append(name).append(good ? " check passed\n" : " check failed\n");
    if (good && !exchange.query().has("verbose")) {
      Answers.text(exchange, 200, "ok");
    } else {
      Answers.text(exchange, good ? 200 : 500, report.toString());
    }
  }
}
