package dev.wherry.apiserver.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.StructType;
import dev.cel.common.types.StructTypeReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Types that expressions may name: those with fields, and addresses. Filled before an environment
 * is made of it, not changed afterwards.
 */
@SuppressWarnings("Immutable")
final class CelStructs implements CelTypeProvider {
  private final Map<String, CelType> named = new LinkedHashMap<>(AddressFunctions.TYPES);

  /** Declares a type; the answer is how other types speak of it. */
  CelType add(String name, Map<String, CelType> fields) {
    Map<String, CelType> all = Map.copyOf(fields);
    named.put(
        name,
        StructType.create(
            name, ImmutableSet.copyOf(all.keySet()), field -> Optional.ofNullable(all.get(field))));
    return StructTypeReference.create(name);
  }

  @Override
  public ImmutableCollection<CelType> types() {
    return ImmutableList.copyOf(named.values());
  }

  @Override
  public Optional<CelType> findType(String name) {
    return Optional.ofNullable(named.get(name));
  }
}
