package dev.wherry.apiserver.secrets;

import dev.wherry.proto.kms.v2.EncryptedObject;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Data keys that KMS plugins have opened, for as long as the server runs: there is one for each key
 * of a plugin and each start since values were last written anew, so they are few. They outlive a
 * change of the configuration, so that the watch cache never waits for a plugin.
 */
final class DataKeys {
  private final ConcurrentHashMap<Place, DataKey> keys = new ConcurrentHashMap<>();

  private record Place(String provider, EncryptedObject frame) {}

  Optional<DataKey> get(String provider, EncryptedObject frame) {
    return Optional.ofNullable(keys.get(new Place(provider, frame)));
  }

  void put(String provider, EncryptedObject frame, DataKey key) {
    keys.put(new Place(provider, frame), key);
  }
}
