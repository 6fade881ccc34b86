package dev.wherry.model.codec;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An immutable map in the order it was filled. */
public final class FrozenMap<K, V> extends AbstractMap<K, V> {
  private static final FrozenMap<?, ?> EMPTY = new FrozenMap<>(Map.of());

  private final Map<K, V> entries;

  private FrozenMap(Map<K, V> entries) {
    this.entries = entries;
  }

  /** The same map where it is frozen already. */
  @SuppressWarnings("unchecked")
  public static <K, V> Map<K, V> copyOf(Map<K, V> map) {
    if (map instanceof FrozenMap) {
      return map;
    }
    return map.isEmpty() ? (Map<K, V>) EMPTY : new FrozenMap<>(new LinkedHashMap<>(map));
  }

  /** Takes over a map that nobody else holds. */
  static <K, V> Map<K, V> of(LinkedHashMap<K, V> owned) {
    return new FrozenMap<>(owned);
  }

  @Override
  public @Nullable V get(@Nullable Object key) {
    return entries.get(key);
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return entries.containsKey(key);
  }

  @Override
  public Set<Entry<K, V>> entrySet() {
    return Collections.unmodifiableMap(entries).entrySet();
  }
}
