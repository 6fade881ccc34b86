package dev.wherry.network.ingress.route;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values by host name, the most special first: exact names, then wildcards by falling length, then
 * what is for every host. Immutable once built.
 */
final class HostTable<V> {
  private final Map<String, V> exact = new HashMap<>();
  private final Map<String, V> wild = new HashMap<>();
  private @Nullable V any;

  /** Adds before the table is shared. */
  void merge(HostPattern host, V value, BiFunction<V, V, V> both) {
    switch (host.kind()) {
      case ANY -> any = any == null ? value : both.apply(any, value);
      case EXACT -> exact.merge(host.name(), value, both);
      case ONE_LABEL, LABELS -> wild.merge(host.name(), value, both);
    }
  }

  /** The first result that is not null, from the most special entry on. */
  <R> @Nullable R first(String host, Function<V, @Nullable R> look) {
    V found = exact.get(host);
    R result = found == null ? null : look.apply(found);
    if (result == null && !wild.isEmpty()) {
      for (int dot = host.indexOf('.');
          dot >= 0 && result == null;
          dot = host.indexOf('.', dot + 1)) {
        V entry = dot == 0 ? null : wild.get(host.substring(dot));
        result = entry == null ? null : look.apply(entry);
      }
    }
    return result == null && any != null ? look.apply(any) : result;
  }
}
