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

/** Types with named fields. Filled before an environment is made of it, not changed afterwards. */
@SuppressWarnings("Immutable")
final class CelStructs implements CelTypeProvider {
  private final Map<String, CelType> structs = new LinkedHashMap<>();

  /** Declares a type; the answer is how other types speak of it. */
  CelType add(String name, Map<String, CelType> fields) {
    Map<String, CelType> all = Map.copyOf(fields);
    structs.put(
        name,
        StructType.create(
            name, ImmutableSet.copyOf(all.keySet()), field -> Optional.ofNullable(all.get(field))));
    return StructTypeReference.create(name);
  }

  @Override
  public ImmutableCollection<CelType> types() {
    return ImmutableList.copyOf(structs.values());
  }

  @Override
  public Optional<CelType> findType(String name) {
    return Optional.ofNullable(structs.get(name));
  }
}
