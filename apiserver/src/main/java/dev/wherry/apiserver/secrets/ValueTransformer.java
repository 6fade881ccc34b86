package dev.wherry.apiserver.secrets;

/** Turns an object's bytes into what the store keeps, and back. Thread-safe. */
public interface ValueTransformer {
  /** Stores bytes as they are. */
  ValueTransformer IDENTITY =
      new ValueTransformer() {
        @Override
        public byte[] toStored(String key, byte[] value) {
          return value;
        }

        @Override
        public byte[] fromStored(String key, byte[] stored) {
          return stored;
        }
      };

  /** The bytes to store under a store key. */
  byte[] toStored(String key, byte[] value);

  /**
   * The object's bytes.
   *
   * @throws DecryptionException when the value was stored under another key or was changed
   */
  byte[] fromStored(String key, byte[] stored);
}
