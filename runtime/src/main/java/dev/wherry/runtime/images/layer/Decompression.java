package dev.wherry.runtime.images.layer;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Finds out by its first bytes how a layer is packed, as registries' media types are often wrong.
 */
final class Decompression {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final int MAGIC_BYTES = 4;

  private Decompression() {}

  /** The plain bytes of what may be gzip (also of several members), zstd or plain. */
  static InputStream of(InputStream packed) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(packed, BUFFER_BYTES);
    buffered.mark(MAGIC_BYTES);
    byte[] magic = buffered.readNBytes(MAGIC_BYTES);
    buffered.reset();
    if (starts(magic, 0x1f, 0x8b)) {
      return new GZIPInputStream(buffered, BUFFER_BYTES);
    }
    boolean skippable =
        starts(magic, magic.length > 0 ? magic[0] & 0xff : 0, 0x2a, 0x4d, 0x18)
            && (magic[0] & 0xf0) == 0x50;
    if (skippable || starts(magic, 0x28, 0xb5, 0x2f, 0xfd)) {
      return new ZstdInputStream(new ZstdFrames(buffered));
    }
    if (starts(magic, 0xfd, '7', 'z', 'X') || starts(magic, 'B', 'Z', 'h')) {
      throw new LayerException("the layer is packed with xz or bzip2; OCI has gzip and zstd");
    }
    return buffered;
  }

  private static boolean starts(byte[] bytes, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
