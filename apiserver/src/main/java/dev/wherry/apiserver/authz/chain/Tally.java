package dev.wherry.apiserver.authz.chain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** One of upstream's counters with its series. Any thread. */
public final class Tally {
  private final String help;
  private final ConcurrentHashMap<String, LongAdder> series = new ConcurrentHashMap<>();

  Tally(String help) {
    this.help = help;
  }

  public String help() {
    return help;
  }

  /**
   * One series; the names in labels are those of the configuration, so there are few.
   *
   * @param labels name, value, name, value
   */
  LongAdder of(String... labels) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? "" : ",")
          .append(labels[i])
          .append("=\"")
          .append(labels[i + 1])
          .append('"');
    }
    return series.computeIfAbsent(text.toString(), _ -> new LongAdder());
  }

  /** The values by labels. */
  public Map<String, Double> samples() {
    Map<String, Double> samples = new LinkedHashMap<>();
    series.forEach((labels, count) -> samples.put(labels, (double) count.sum()));
    return samples;
  }
}
