package dev.wherry.apiserver.fieldmanager;

import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.FieldsV1;
import dev.wherry.model.merge.MergeException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Sets of fields by the bytes they were written as. Objects of one make, such as the pods of one
 * controller, have the same ones, and each write would read them anew. A table with one place for
 * each hash: what comes later takes it. Any thread may ask.
 */
final class KnownSets {
  /** A power of two; with sets as large as they may be the table takes some 10 MB. */
  private static final int PLACES = 256;

  /** A pod's sets have some 1,500 bytes. */
  static final int BYTES_MAX = 4 * 1024;

  private static final AtomicReferenceArray<@Nullable Known> TABLE =
      new AtomicReferenceArray<>(PLACES);

  private KnownSets() {}

  @SuppressWarnings("ArrayRecordComponent") // Never changed nor compared as a record.
  private record Known(byte[] bytes, FieldSet set) {}

  /**
   * @param bytes which nobody changes
   * @throws MergeException when they are no set
   */
  static FieldSet of(byte[] bytes) {
    if (bytes.length > BYTES_MAX) {
      return FieldsV1.read(bytes);
    }
    int hash = Arrays.hashCode(bytes);
    int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
    Known known = TABLE.get(place);
    if (known != null && Arrays.equals(known.bytes, bytes)) {
      return known.set;
    }
    FieldSet set = FieldsV1.read(bytes);
    TABLE.set(place, new Known(bytes, set));
    return set;
  }
}
