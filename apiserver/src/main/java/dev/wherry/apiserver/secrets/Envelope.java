package dev.wherry.apiserver.secrets;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.wherry.proto.kms.v2.EncryptResponse;
import dev.wherry.proto.kms.v2.EncryptedDEKSourceType;
import dev.wherry.proto.kms.v2.EncryptedObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The form of values that a KMS plugin has to do with, and what may stand in it. */
final class Envelope {
  private static final int KEY_ID_BYTES_MAX = 1024;
  private static final int SOURCE_BYTES_MAX = 1024;
  private static final int ANNOTATIONS_BYTES_MAX = 32 * 1024;

  /** Labels of RFC 1123, at least two. */
  private static final Pattern QUALIFIED =
      Pattern.compile(
          "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)+\\.?");

  private Envelope() {}

  /** What is wrong with a key's id. */
  static Optional<String> keyIdFault(String id) {
    if (id.isEmpty()) {
      return Optional.of("keyID is empty");
    }
    int bytes = id.getBytes(StandardCharsets.UTF_8).length;
    return bytes > KEY_ID_BYTES_MAX
        ? Optional.of(
            "keyID is " + bytes + " bytes, which exceeds the max size of " + KEY_ID_BYTES_MAX)
        : Optional.empty();
  }

  /** What is wrong with all but the data. */
  static Optional<String> fault(EncryptedObject object) {
    int source = object.getEncryptedDEKSource().size();
    if (object.getEncryptedDEKSourceType() == EncryptedDEKSourceType.UNRECOGNIZED) {
      return Optional.of(
          "unknown encryptedDEKSourceType: " + object.getEncryptedDEKSourceTypeValue());
    }
    if (source == 0) {
      return Optional.of("encrypted DEK source is empty");
    }
    if (source > SOURCE_BYTES_MAX) {
      return Optional.of(
          "encrypted DEK source is "
              + source
              + " bytes, which exceeds the max size of "
              + SOURCE_BYTES_MAX);
    }
    return keyIdFault(object.getKeyID()).or(() -> annotationsFault(object.getAnnotationsMap()));
  }

  private static Optional<String> annotationsFault(Map<String, ByteString> annotations) {
    long bytes = 0;
    for (Map.Entry<String, ByteString> e : annotations.entrySet()) {
      if (!QUALIFIED.matcher(e.getKey()).matches()) {
        return Optional.of("annotation " + e.getKey() + " is no qualified domain name");
      }
      bytes += e.getKey().length() + e.getValue().size();
    }
    return bytes > ANNOTATIONS_BYTES_MAX
        ? Optional.of(
            "total size of annotations is "
                + bytes
                + ", which exceeds the max size of "
                + ANNOTATIONS_BYTES_MAX)
        : Optional.empty();
  }

  /** The frame of values under a seed that a plugin has wrapped. */
  static EncryptedObject frame(EncryptResponse wrapped) {
    return EncryptedObject.newBuilder()
        .setKeyID(wrapped.getKeyId())
        .setEncryptedDEKSource(wrapped.getCiphertext())
        .putAllAnnotations(wrapped.getAnnotationsMap())
        .setEncryptedDEKSourceType(EncryptedDEKSourceType.HKDF_SHA256_XNONCE_AES_GCM_SEED)
        .build();
  }

  /** The frame of an object: all but the data. What has the same frame has the same data key. */
  static EncryptedObject frame(EncryptedObject object) {
    return object.toBuilder().clearEncryptedData().build();
  }

  /**
   * Reads a stored value.
   *
   * @param from where the object begins
   * @throws DecryptionException when it is none
   */
  static EncryptedObject read(String storeKey, byte[] stored, int from) {
    try {
      EncryptedObject object =
          EncryptedObject.parser().parseFrom(stored, from, stored.length - from);
      Optional<String> fault =
          object.getEncryptedData().isEmpty()
              ? Optional.of("encrypted data is empty")
              : fault(object);
      if (fault.isPresent()) {
        throw new DecryptionException(storeKey + ": " + fault.get());
      }
      return object;
    } catch (InvalidProtocolBufferException e) {
      throw new DecryptionException(storeKey + " is damaged", e);
    }
  }
}
